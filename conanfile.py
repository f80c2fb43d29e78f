"""Conan 2 recipe: isobit's headers as a package, with Eigen for the float layers of C++ consumers."""

from __future__ import annotations

import re
from pathlib import Path

from conan import ConanFile
from conan.tools.files import copy
from conan.tools.layout import basic_layout


class IsobitConan(ConanFile):
    """Header-only package that provides the CMake target isobit::isobit."""

    name = "isobit"
    description = "Fixed-point neural networks: one C++ source, the same bits everywhere"
    license = "Apache-2.0"
    topics = ("fixed-point", "neural-network", "fpga", "hls", "header-only")
    package_type = "header-library"
    settings = "os", "compiler", "build_type", "arch"
    exports = "python/isobit/_version.py"
    exports_sources = "cpp/include/*", "LICENSE"
    no_copy_source = True

    def set_version(self) -> None:
        """Read the version from the one place where it is written."""
        text = (Path(self.recipe_folder) / "python" / "isobit" / "_version.py").read_text(encoding="utf-8")
        match = re.search(r'^__version__ = "(.+)"$', text, re.MULTILINE)
        if match is None:
            raise RuntimeError('python/isobit/_version.py has no line __version__ = "..."')
        self.version = match.group(1)

    def requirements(self) -> None:
        """Eigen is header-only as well and passed on to consumers."""
        self.requires("eigen/3.4.0", transitive_headers=True)

    def layout(self) -> None:
        """Keep sources and package apart."""
        basic_layout(self)

    def package_id(self) -> None:
        """One package for every compiler and setting: there is nothing compiled in it."""
        self.info.clear()

    def package(self) -> None:
        """Copy the headers and the licence."""
        copy(self, "LICENSE", self.source_folder, str(Path(self.package_folder) / "licenses"))
        headers = Path(self.source_folder) / "cpp" / "include"
        copy(self, "*.h*", str(headers), str(Path(self.package_folder) / "include"))

    def package_info(self) -> None:
        """Announce find_package(isobit) and isobit::isobit, the names of the installed CMake package."""
        self.cpp_info.bindirs = []
        self.cpp_info.libdirs = []
        self.cpp_info.set_property("cmake_file_name", "isobit")
        self.cpp_info.set_property("cmake_target_name", "isobit::isobit")
