"""Names that the compiler and the standard library give to what kernels must not use."""

from __future__ import annotations

import re

_CONTAINERS = (
    "any", "array", "atomic", "basic_string", "bitset", "deque", "forward_list", "function", "future", "list",
    "map", "multimap", "multiset", "optional", "priority_queue", "queue", "set", "shared_ptr", "stack",
    "string", "thread", "unique_ptr", "unordered_map", "unordered_multimap", "unordered_multiset",
    "unordered_set", "valarray", "variant", "vector", "weak_ptr",
)  # fmt: skip
_WORDS = "|".join(sorted(_CONTAINERS, key=len, reverse=True))
_TYPE = re.compile(rf'%"(?:class|struct|union)\.std::(?:__\w+::)?({_WORDS})(?:<|"|\.)')
_MEMBER = re.compile(rf"@_ZNK?(?:St|NSt7__cxx11)\d+({_WORDS})I")
_STRING = re.compile(r"@_ZNK?(?:Ss|St7__cxx1112basic_string)")

_ALLOCATION = re.compile(
    r"(?:malloc|calloc|realloc|reallocarray|free|aligned_alloc|posix_memalign|memalign|valloc|strdup)$"
    r"|_Z(?:n[wa]|d[la])"
)
_EXCEPTION = re.compile(
    r"__cxa_(?:throw|rethrow|allocate_exception|free_exception|begin_catch|end_catch|get_exception_ptr"
    r"|throw_bad_array_new_length|init_primary_exception|call_unexpected)|_Unwind_|_ZSt9terminatev"
    r"|_ZSt\d+__throw_|__clang_call_terminate|__gxx_personality"
)
_TYPES = re.compile(r"__dynamic_cast$|__cxa_bad_(?:cast|typeid)$")
_ASSERTION = re.compile(r"__assert_(?:fail|rtn|perror_fail)$|__assert$")
_GUARD = re.compile(r"__cxa_guard_|__cxa_atexit$|__cxa_thread_atexit")
_PURE = re.compile(r"__cxa_(?:pure|deleted)_virtual$")


def container(text: str) -> str | None:
    """The container of the standard library that an instruction names, as ``std::vector``."""
    if "std::" not in text and "@_ZN" not in text:
        return None
    found = _TYPE.search(text) or _MEMBER.search(text)
    if found:
        return f"std::{found[1]}"
    return "std::string" if _STRING.search(text) else None


def is_assertion(name: str) -> bool:
    """Whether this is what assert calls: HLS compilers take assertions for granted and build nothing."""
    return bool(_ASSERTION.match(name))


def rule_of(name: str) -> str:
    """The rule that a call of this function, which has no body, breaks."""
    for pattern, rule in (
        (_ALLOCATION, "allocation"),
        (_EXCEPTION, "exception"),
        (_TYPES, "rtti"),
        (_PURE, "virtual-call"),
        (_GUARD, "global-constructor"),
    ):
        if pattern.match(name):
            return rule
    return "external-call"
