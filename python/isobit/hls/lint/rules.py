"""What is checked: for each rule why HLS compilers cannot do it, and what to do instead."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Rule:
    """One thing that kernels must not (an error) or should not (a warning) do."""

    name: str
    error: bool
    why: str
    remedy: str


def _error(name: str, why: str, remedy: str) -> Rule:
    return Rule(name, True, why, remedy)


def _warning(name: str, why: str, remedy: str) -> Rule:
    return Rule(name, False, why, remedy)


_ALL = (
    _error(
        "language",
        "HLS compilers promise C++14 and no more",
        "write it in C++14 (templates and overloads instead of 'if constexpr', plain declarations instead of "
        "structured bindings)",
    ),
    _error(
        "top",
        "the top becomes a module whose ports are its arguments",
        "wrap it in a plain function: no template, no member of a class",
    ),
    _error(
        "std-container",
        "containers of the standard library allocate memory or hide it from the array directives",
        "use arrays of fixed size",
    ),
    _error("allocation", "hardware has no heap", "use arrays of fixed size"),
    _error(
        "recursion",
        "hardware has no call stack: each call is a piece of the circuit",
        "write a loop with a constant bound, or recursion of templates, which ends at compile time",
    ),
    _error(
        "indirect-call",
        "the function must be known when the circuit is made",
        "call the function by name, or pass a functor as template parameter",
    ),
    _error(
        "virtual-call",
        "a table of virtual functions holds pointers to functions, which have no place in a circuit",
        "choose the class with a template parameter",
    ),
    _error(
        "exception", "a circuit has nothing to unwind", "report the condition through an output"
    ),
    _error("rtti", "types do not exist any more in the circuit", "choose the type with a template parameter"),
    _error(
        "unbounded-loop",
        "without a constant bound the latency is unknown, and the loop cannot be unrolled",
        "write 'for (int i = 0; i < N; ++i)' with a constant N, and an 'if' inside for what ends earlier",
    ),
    _error(
        "variable-trip-count",
        "the number of iterations depends on data: the latency varies, and the loop cannot be unrolled",
        "loop to the largest number, a constant, with an 'if' around the body",
    ),
    _error(
        "irreducible-loop",
        "a loop with two entries has no schedule",
        "write it with for, while or do, without a jump into its body",
    ),
    _error(
        "variable-alloca",
        "the size of all memory must be known before synthesis",
        "use an array of the largest size, a constant",
    ),
    _error(
        "variable-copy",
        "a copy of a length that data decide is a loop without a constant bound",
        "copy a constant number of elements",
    ),
    _error(
        "external-call",
        "a function without a body has no circuit; tools replace few of them, with bits of their own",
        "add the file with its definition; tabulate functions of <cmath>; put printing between '#ifndef "
        "__SYNTHESIS__' and '#endif'",
    ),
    _error("inline-assembly", "a circuit has no instructions", "write the operation in C++"),
    _error(
        "global-constructor",
        "nothing runs before the top starts: constants must be integers in the source",
        "use 'static const' arrays of raw integers, or a constexpr constructor",
    ),
    _error("thread-local", "a circuit has no threads of the operating system", "use a local variable"),
    _error("variadic", "the number of ports must be known", "use a template with a parameter pack"),
    _warning("float", "floating-point cores are large and slow, and their bits differ from tool to tool",
             "compute in fixed point"),
    _warning(
        "early-exit",
        "the latency depends on data",
        "run all iterations, and let a flag mask those after the exit",
    ),
    _warning(
        "outer-trip-count",
        "the trip count is a constant only after the outer loop is unrolled",
        "unroll the outer loop, or loop to the largest number with an 'if' around the body",
    ),
    _warning(
        "variable-division",
        "a divider is large and takes as many cycles as the quotient has bits",
        "multiply with a reciprocal from a table",
    ),
    _warning(
        "pointer-select",
        "arrays that a pointer may stand for share a port, and cannot be split",
        "select the values instead of the pointers",
    ),
    _warning(
        "pointer-in-memory",
        "which array is meant must be known when the circuit is made",
        "keep indices in memory, not pointers",
    ),
    _warning(
        "static-state",
        "a variable that outlives the call is a register or memory that keeps its value from event to event",
        "declare it const if it is a table; make sure that state is meant, and reset",
    ),
    _warning(
        "lambda",
        "a lambda that is not inlined has crashed HLS compilers",
        "write a struct with operator()",
    ),
)  # fmt: skip

RULES = {rule.name: rule for rule in _ALL}
"""By name."""
