"""Synthesis: which tool is run and how, and what is read from its report. Tools are small scripts."""

from __future__ import annotations

import json
import os
import sys

import pytest

import isobit
import small_models
from isobit import hls
from isobit.cli.synth import rows_of
from isobit.hls.reports import bambu_report, vitis_report

CSYNTH = """<profile>
<PerformanceEstimates>
<SummaryOfTimingAnalysis><unit>ns</unit><EstimatedClockPeriod>3.65</EstimatedClockPeriod></SummaryOfTimingAnalysis>
<SummaryOfOverallLatency><unit>clock cycles</unit><Best-caseLatency>14</Best-caseLatency>
<Worst-caseLatency>15</Worst-caseLatency><Interval-min>1</Interval-min><Interval-max>1</Interval-max>
</SummaryOfOverallLatency></PerformanceEstimates>
<AreaEstimates>
<Resources><BRAM_18K>4</BRAM_18K><DSP>180</DSP><FF>9000</FF><LUT>52000</LUT><URAM>0</URAM></Resources>
<AvailableResources><BRAM_18K>5376</BRAM_18K><DSP>12288</DSP><FF>3456000</FF><LUT>1728000</LUT><URAM>1280</URAM>
</AvailableResources></AreaEstimates></profile>
"""
BAMBU = """
    Total number of flip-flops in function inner: 20
  Total estimated area: 100
  Estimated number of DSPs: 1
    Total number of flip-flops in function tagger: 700
  Total estimated area: 1738
  Estimated number of DSPs: 42
1. Simulation completed with SUCCESS; Execution time 6079 cycles;
   Average execution: 6079 cycles
"""


@pytest.fixture
def project(tmp_path):
    model = small_models.tagger(sizes=(4, 3, 2)).quantize("fixed<8,3>")
    model.export("hls", tmp_path / "prj", ports="int", clock_period=4)
    return tmp_path / "prj"


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Puts programs on an otherwise empty PATH; each is a few lines of Python."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))

    def put(name, lines):
        path = folder / name
        path.write_text(f"#!{sys.executable}\nimport json, os, sys\n{lines}\n")
        path.chmod(0o755)

    return put


def write_report(project):
    path = project / "tagger_prj" / "solution1" / "syn" / "report" / "csynth.xml"
    return f"os.makedirs({str(path.parent)!r}); open({str(path)!r}, 'w').write({CSYNTH!r})"


def test_vitis(project, install):
    log = project / "log.txt"
    install(
        "vitis-run",
        f"print('INFO: working')\n{write_report(project)}\n"
        f"open({str(log)!r}, 'w').write(json.dumps([sys.argv[1:], os.environ['ISOBIT_HLS_STEPS']]))",
    )
    lines = []
    report = hls.synthesize(project, steps=("csim", "csynth"), progress=lines.append)
    assert lines == ["INFO: working"]
    assert report.clock_period == 3.65
    assert report.latency == (14, 15)
    assert report.interval == (1, 1)
    assert report.resources == {"LUT": 52000, "FF": 9000, "DSP": 180, "BRAM_18K": 4, "URAM": 0}
    assert ("LUT", "52,000", "3.0%") in rows_of(report)
    assert ("latency, cycles", "14 to 15", "") in rows_of(report)
    arguments, steps = json.loads(log.read_text())
    assert arguments == ["--mode", "hls", "--tcl", str(project / "build.tcl")]
    assert steps == "csim csynth"


def test_bambu(project, install):
    install(
        "bambu",
        f"assert '--clock-period=4.0' in sys.argv; assert os.path.isfile(sys.argv[1]); print({BAMBU!r})",
    )
    report = hls.synthesize(project)
    assert report.tool == "Bambu"
    assert report.resources == {"LUT": 1738, "FF": 700, "DSP": 42}
    assert report.latency == (6079, 6079)
    assert report.interval is None


def test_what_can_go_wrong(project, install, tmp_path):
    with pytest.raises(
        isobit.MissingFileError, match=r"no tool for synthesis is on the PATH: install AMD Vitis HLS"
    ):
        hls.synthesize(project)
    install("vitis_hls", "print('ERROR: no license'); sys.exit(3)")
    with pytest.raises(isobit.CompileError, match=r"vitis_hls failed \(exit code 3\):\n  ERROR: no license"):
        hls.synthesize(project)
    install("vitis_hls", "pass")
    with pytest.raises(isobit.MissingFileError, match=r"csynth.xml' cannot be read: No such file"):
        hls.synthesize(project)
    with pytest.raises(isobit.ConfigError, match=r"no tool 'vivado'"):
        hls.synthesize(project, "vivado")
    with pytest.raises(isobit.ConfigError, match=r"no step 'synth'. Did you mean '\wsynth'\?"):
        hls.synthesize(project, steps=("synth",))
    install("bambu", "pass")
    with pytest.raises(isobit.FileFormatError, match="reported no area"):
        hls.synthesize(project, "bambu")
    with pytest.raises(isobit.MissingFileError, match="is no HLS project"):
        hls.synthesize(tmp_path)


def test_bambu_takes_no_ap_fixed(install, tmp_path):
    small_models.tagger(sizes=(4, 3, 2)).quantize("fixed<8,3>").export("hls", tmp_path / "ap")
    install("bambu", "pass")
    with pytest.raises(isobit.ConfigError, match='ports="int" or "ac"'):
        hls.synthesize(tmp_path / "ap")


def test_reports_that_say_little(tmp_path):
    folder = tmp_path / "tagger_prj" / "solution1" / "syn" / "report"
    folder.mkdir(parents=True)
    (folder / "csynth.xml").write_text(CSYNTH.replace(">14<", ">undef<"))
    assert vitis_report(tmp_path, "tagger").latency is None
    (folder / "csynth.xml").write_text(CSYNTH[:200])
    with pytest.raises(isobit.FileFormatError, match="is no report of Vitis HLS"):
        vitis_report(tmp_path, "tagger")
    assert bambu_report(BAMBU.split("1. ")[0]).latency is None
    assert os.sep in str(folder)
