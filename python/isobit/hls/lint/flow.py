"""Loops in the graph of blocks."""

from __future__ import annotations

from isobit.hls.lint.assembly import Function


def irreducible(function: Function) -> str | None:
    """A block where a loop is entered that has another entry, too; None if every loop has one entry."""
    graph = {label: [s for s in block.successors() if s in function.blocks] for label, block in
             function.blocks.items()}  # fmt: skip
    if not graph:
        return None
    waiting = [(set(graph), {next(iter(graph))})]
    while waiting:
        blocks, entered = waiting.pop()
        for loop in _components(graph, blocks):
            if len(loop) == 1 and next(iter(loop)) not in graph[next(iter(loop))]:
                continue
            outside = blocks - loop
            entries = {s for label in outside for s in graph[label] if s in loop} | (entered & loop)
            if len(entries) > 1:
                return sorted(entries)[0]
            header = entries or {next(iter(loop))}
            rest = loop - header
            waiting.append((rest, {s for label in header for s in graph[label] if s in rest}))
    return None


def _components(graph: dict[str, list[str]], blocks: set[str]) -> list[set[str]]:
    """Strongly connected components of some blocks (Tarjan's method, without recursion)."""
    number: dict[str, int] = {}
    low: dict[str, int] = {}
    held: list[str] = []
    on_held: set[str] = set()
    found: list[set[str]] = []
    for start in blocks:
        if start in number:
            continue
        stack = [(start, iter(graph[start]))]
        number[start] = low[start] = len(number)
        held.append(start)
        on_held.add(start)
        while stack:
            label, rest = stack[-1]
            for successor in rest:
                if successor not in blocks:
                    continue
                if successor not in number:
                    number[successor] = low[successor] = len(number)
                    held.append(successor)
                    on_held.add(successor)
                    stack.append((successor, iter(graph[successor])))
                    break
                if successor in on_held:
                    low[label] = min(low[label], number[successor])
            else:
                stack.pop()
                if stack:
                    low[stack[-1][0]] = min(low[stack[-1][0]], low[label])
                if low[label] == number[label]:
                    component: set[str] = set()
                    while label not in component:
                        component.add(held[-1])
                        on_held.discard(held.pop())
                    found.append(component)
    return found
