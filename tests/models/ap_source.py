"""C++ source of networks with static formats: the same cells, for the policies `ap` and `scalar`."""

from __future__ import annotations

import oracle
from isobit.backends.cells import schedule_of
from oracles import forests

ROUNDING = ("trn", "trn_zero", "rnd", "rnd_zero", "rnd_inf", "rnd_min_inf", "rnd_conv")
OVERFLOW = ("wrap", "sat", "sat_sym", "sat_zero", "wrap_sm", "pm1")


def cxx_format(fmt):
    width, frac, signed, rounding, overflow = fmt
    modes = f"rounding::{ROUNDING[rounding]}, overflow::{OVERFLOW[overflow]}"
    return f"fmt<{width}, {frac}, {str(bool(signed)).lower()}, {modes}>"


def array(name, raws):
    numbers = ", ".join(
        f"{int(raw)}LL" if raw > oracle.wrap(2**63, 64, True) else "INT64_MIN" for raw in raws
    )
    return f"static const int64 {name}[] = {{{numbers}}};"


class Function:
    """The source of one network as a function template over the policy."""

    def __init__(self, name, spec):
        self.name, self.spec = name, spec
        self.data, self.body = [], []
        self.names = 0

    def source(self):
        offset = 0
        for number, tensor in enumerate(self.spec["tensors"]):
            given = ""
            if number in self.spec["inputs"]:
                given, offset = f"(in + {offset})", offset + tensor["size"]
            self.body.append(f"tensor<P, {cxx_format(tensor['format'])}, {tensor['size']}> t{number}{given};")
        for op in self.spec["ops"]:
            self.operation(op)
        self.body += [f"t{number}.append_to(out);" for number in range(len(self.spec["tensors"]))]
        lines = [
            *self.data,
            "template <class P>",
            f"void {self.name}(const int64* in, std::vector<int64>& out) {{",
            *("  " + line for line in self.body),
            "}",
        ]
        return "\n".join(lines)

    def stored(self, raws, fmt):
        """Declares an array of constants; returns the name of its tensor."""
        self.names += 1
        name = f"c{self.names}"
        self.data.append(array(f"{self.name}_{name}", raws))
        self.body.append(
            f"static const tensor<P, {cxx_format(fmt)}, {len(raws)}> {name}({self.name}_{name});"
        )
        return name

    def constants(self, op):
        return [f"{self.stored(c['raw'], c['format'])}.constants()" for c in op["constants"]]

    def tables(self, op):
        names = []
        for table in op["tables"]:
            name = self.stored(table["entries"], table["format"])
            names.append(f"{name}.template table<{cxx_format(table['index'])}>({int(table['low'])})")
        return names

    def operation(self, op):
        cell, out = op["cell"], f"t{op['output']}"
        inputs = [f"t{number}" for number in op["inputs"]]
        out_format = cxx_format(self.spec["tensors"][op["output"]]["format"])
        schedule = schedule_of(cell)
        if schedule == "matrix":
            self.dense(op, inputs[0], out)
        elif schedule == "convolution":
            self.convolution(op, inputs[0], out)
        elif schedule == "gather":
            pairs = [int(n) for n in op["ints"]]
            for i, (source, element) in enumerate(zip(pairs[::2], pairs[1::2], strict=True)):
                self.body.append(
                    f"{out}.put({i}, cells::linear::apply({inputs[source]}[{element}], {out_format}()));"
                )
        elif schedule == "pointwise":
            values = ", ".join(f"{name}[i]" for name in [*inputs, *self.constants(op)])
            self.each(op, out, f"cells::{cell}::apply({values}, {out_format}())")
        elif schedule == "contraction":
            self.contraction(op, inputs, out)
        elif schedule == "exchange":
            self.exchange(op, inputs[0], out)
        elif schedule in ("reduce", "rows", "rows_with_tables"):
            self.row(op, inputs[0], out)
        elif schedule == "zip":
            combined = inputs[0] + "[i]"
            for other in inputs[1:]:
                combined = f"cells::{cell}::combine({combined}, {other}[i])"
            extra = "".join(f"{c}[i], " for c in self.constants(op))
            self.each(op, out, f"cells::{cell}::finish({combined}, {extra}{out_format}())")
        elif schedule == "slices":
            self.slices(op, inputs, out, out_format)
        elif schedule == "windows":
            self.windows(op, inputs[0], out, out_format)
        elif schedule == "rows_by_index":
            self.rows_by_index(op, inputs, out)
        elif schedule == "segments":
            self.segments(op, inputs, out)
        elif schedule == "trees":
            self.trees(op, inputs[0], out, out_format)
        elif schedule == "bins":
            self.bins(op, inputs[0], out, out_format)
        elif schedule == "thresholds":
            self.thresholds(op, inputs[0], out, out_format)
        elif schedule == "fill":
            (values,) = self.constants(op)
            self.each(op, out, f"cells::linear::apply({values}[i], {out_format}())")
        else:
            assert schedule == "map", f"how is {cell} called with static formats?"
            arguments = [f"{inputs[0]}[i]"]
            arguments += [f"{c}[i]" for c in self.constants(op)]
            arguments += self.tables(op)
            if op["formats"]:
                arguments.append(self.accumulator(op, inputs[0]))
            arguments.append(f"{out_format}()")
            self.each(op, out, f"cells::{cell}::apply({', '.join(arguments)})")

    def thresholds(self, op, x, out, out_format):
        channels, n = (int(number) for number in op["ints"])
        limits, scale, offset = self.constants(op)
        for i in range(self.spec["tensors"][op["output"]]["size"]):
            c = i % channels
            value = f"cells::multi_threshold::begin(count<{n}>(), {x}[{i}])"
            for k in range(n):
                value = f"cells::multi_threshold::step({value}, {x}[{i}], {limits}[{c * n + k}])"
            value = f"cells::multi_threshold::finish({value}, {scale}[{c}], {offset}[{c}], {out_format}())"
            self.body.append(f"{out}.put({i}, {value});")

    def each(self, op, out, value):
        size = self.spec["tensors"][op["output"]]["size"]
        self.body.append(f"for (int i = 0; i < {size}; ++i) {out}.put(i, {value});")

    def accumulator(self, op, x):
        """The accumulator's format; an exact one has the format of the whole sum."""
        if op["formats"][0][0]:
            return f"{cxx_format(op['formats'][0])}()"
        scale, bias = f"c{self.names - 1}", f"c{self.names}"
        product = f"product({x}.view().format(), {scale}.constants().format())"
        if op["cell"] == "dense":
            product = f"sum_of(count<{int(op['ints'][1])}>(), {product})"
        if op["cell"] == "convolution":
            product = f"sum_of(count<{int(op['ints'][2] * op['ints'][4])}>(), {product})"
        return f"sum({product}, {bias}.constants().format())"

    def dense(self, op, x, out):
        rows, n_in, n_out = (int(n) for n in op["ints"])
        weight, bias = self.constants(op)
        accumulator = self.accumulator(op, x)
        tile = 4 if n_out % 4 == 0 else 1
        self.body.append(
            f"for (int r = 0; r < {rows}; ++r) for (int o = 0; o < {n_out}; o += {tile}) "
            f"cells::{op['cell']}::neurons<{tile}>(count<{n_in}>(), "
            f"{x}.view().from(r * {n_in}), {weight}.from(o), "
            f"{n_out}, {bias}.from(o), {accumulator}, {out}.view().from(r * {n_out} + o));"
        )

    def convolution(self, op, x, out):
        positions, groups, n_in, n_out, taps, *pixels = (int(n) for n in op["ints"])
        weight, bias = self.constants(op)
        accumulator = self.accumulator(op, x)
        name = f"{self.name}_pixels_{self.names}"
        self.data.append(array(name, pixels))
        tile = 2 if n_out % 2 == 0 else 1
        cell = op["cell"].replace("convolution", "dense")
        self.body.append(
            f"for (int p = 0; p < {positions}; ++p) for (int g = 0; g < {groups}; ++g) "
            f"for (int o = 0; o < {n_out}; o += {tile}) cells::{cell}::neurons<{tile}>("
            f"window<count<{taps * n_in}>, count<{n_in}>, int64>{{count<{taps * n_in}>(), count<{n_in}>(), "
            f"{taps}, {name} + p * {taps}, {groups * n_in}, nullptr}}, {x}.view().from(g * {n_in}), "
            f"{weight}.from(g * {n_out} + o), {groups * n_out}, {bias}.from(g * {n_out} + o), {accumulator}, "
            f"{out}.view().from((p * {groups} + g) * {n_out} + o));"
        )

    def windows(self, op, x, out, out_format):
        run, positions, longest, *rest = (int(n) for n in op["ints"])
        begins, bases = rest[: positions + 1], rest[positions + 1 :]
        constants = self.constants(op)
        for p in range(positions):
            for c in range(run):
                first, *others = (base + c for base in bases[begins[p] : begins[p + 1]])
                value = f"cells::{op['cell']}::begin(count<{longest}>(), {x}[{first}])"
                for other in others:
                    value = f"cells::{op['cell']}::step({value}, {x}[{other}])"
                extra = "".join(f"{name}[{p * run + c}], " for name in constants)
                self.body.append(
                    f"{out}.put({p * run + c}, cells::{op['cell']}::finish({value}, {extra}{out_format}()));"
                )

    def slices(self, op, inputs, out, out_format):
        """Every input from some element on; an exact accumulator has the format of the whole sum."""
        ints = [int(n) for n in op["ints"]]
        reads = [
            f"{x}[{first} + {step} * i]" for x, first, step in zip(inputs, ints[::2], ints[1::2], strict=True)
        ]
        arguments = [*reads, *(f"{c}[i]" for c in self.constants(op)), *self.tables(op)]
        for fmt in op["formats"]:
            sums = f"{reads[0]} + {' * '.join(reads[1:])}".replace("* i", "* 0")
            arguments.append(f"{cxx_format(fmt)}()" if fmt[0] else f"({sums}).format()")
        self.each(op, out, f"cells::{op['cell']}::apply({', '.join([*arguments, out_format + '()'])})")

    def contraction(self, op, inputs, out):
        pairs, n, k, m, *begins = (int(number) for number in op["ints"])
        a, b = (f"{name}.view()" for name in inputs)
        accumulator = f"sum_of(count<{k}>(), product({a}.format(), {b}.format()))"
        if op["formats"][0][0]:
            accumulator = f"{cxx_format(op['formats'][0])}()"
        for p in range(pairs):
            for row in range(n):
                for column in range(m):
                    self.body.append(
                        f"cells::{op['cell']}::columns<1>(count<{k}>(), {a}.from({begins[2 * p] + row * k}), "
                        f"{b}.from({begins[2 * p + 1] + column}), {m}, {accumulator}, "
                        f"{out}.view().from({(p * n + row) * m + column}));"
                    )

    def exchange(self, op, x, out):
        rows, n, k, count, *pairs = (int(number) for number in op["ints"])
        given = cxx_format(self.spec["tensors"][op["inputs"][0]]["format"])
        number = op["output"]
        self.data.append(array(f"{self.name}_pairs{number}", pairs or [0]))
        self.body += [f"tensor<P, {given}, {n}> v{number};", f"tensor<P, fmt<16, 0, false>, {n}> i{number};"]
        self.body += [
            f"cells::{op['cell']}::row(count<{n}>(), {k}, {self.name}_pairs{number}, {count}, "
            f"{x}.view().from({row * n}), v{number}.view(), i{number}.view(), {out}.view().from({row * k}));"
            for row in range(rows)
        ]

    def rows_by_index(self, op, inputs, out):
        matrices, rows, indices, run = (int(n) for n in op["ints"])
        x, index = inputs
        scratch = f"s{op['output']}"
        plain = f"decltype(cells::and_zero({cxx_format(self.format_of(op, 0))}()))"
        self.body.append(f"tensor<P, {plain}, {run}> {scratch};")
        for m in range(matrices):
            for e in range(indices):
                self.body.append(
                    f"cells::{op['cell']}::row(count<{rows}>(), {run}, {x}.view().from({m * rows * run}), "
                    f"{index}[{e}], {scratch}.view(), {out}.view().from({(m * indices + e) * run}));"
                )

    def segments(self, op, inputs, out):
        n, edges, run = (int(number) for number in op["ints"])
        x, index, *mask = inputs
        cell, totals, counts = f"cells::{op['cell']}", f"s{op['output']}", f"n{op['output']}"
        x_format = cxx_format(self.format_of(op, 0))
        total = f"decltype({cell}::total_format(count<{edges}>(), {x_format}()))"
        count = f"decltype(cells::detail::edge_count(count<{edges}>(), {x_format}()))"
        self.body += [f"tensor<P, {total}, {n * run}> {totals};", f"tensor<P, {count}, {n}> {counts};"]
        for tensor, fmt, size in ((totals, total, n * run), (counts, count, n)):
            self.body.append(
                f"for (int i = 0; i < {size}; ++i) {tensor}.put(i, isobit::literal<P>({fmt}(), 0));"
            )
        for e in range(edges):
            to = f"{index}[{e}]"
            if mask:
                to = f"cells::index_if({mask[0]}[{e}], {to}, {n})"
            self.body.append(
                f"{cell}::take(count<{n}>(), {run}, {totals}.view(), {counts}.view(), {to}, "
                f"{x}.view().from({e * run}));"
            )
        tables = "".join(f", {name}" for name in self.tables(op))
        for i in range(n):
            self.body.append(
                f"{cell}::finish({run}, {totals}.view().from({i * run}), {counts}[{i}], "
                f"{out}.view().from({i * run}){tables});"
            )

    def format_of(self, op, number):
        return self.spec["tensors"][op["inputs"][number]]["format"]

    def trees(self, op, x, out, out_format):
        thresholds, leaves = self.constants(op)
        values, forest = forests.forest_of(op)
        node = leaf = 0
        for t, (n_leaves, nodes) in enumerate(forest):
            for v in range(values):
                names = [f"n{out}_{t}_{v}_{i}" for i in range(len(nodes))]
                names += [f"{leaves}[{leaf + v * n_leaves + i}]" for i in range(n_leaves)]
                for i, (left, right, up_to, feature) in reversed(list(enumerate(nodes))):
                    form = "up_to" if up_to else "below"
                    value = (
                        f"cells::tree::{form}({x}[{feature}], {thresholds}[{node + i}], {names[left]}, "
                        f"{names[right]})"
                    )
                    chosen = names[left] if left == right else value  # some trees are filled up
                    self.body.append(f"const auto {names[i]} = {chosen}; (void){names[i]};")
                self.body.append(
                    f"{out}.put({t * values + v}, cells::tree::finish({names[0]}, {out_format}()));"
                )
            node += len(nodes)
            leaf += values * n_leaves

    def bins(self, op, x, out, out_format):
        outputs, bins, _, *features = (int(n) for n in op["ints"])
        thresholds, steps = self.constants(op)
        (table,) = self.tables(op)
        address = f"a{out}"
        self.body.append(f"auto {address} = isobit::literal<P>({cxx_format(op['tables'][0]['index'])}(), 0);")
        for i, feature in enumerate(features):
            self.body.append(
                f"{address} = cells::binned::step({address}, {x}[{feature}], {thresholds}[{i}], "
                f"{steps}[{i}]);"
            )
        for o in range(outputs):
            self.body.append(
                f"{out}.put({o}, cells::binned::finish({address}, {o * bins}, {table}, {out_format}()));"
            )

    def row(self, op, x, out):
        rows, n = (int(number) for number in op["ints"])
        step = self.spec["tensors"][op["output"]]["size"] // rows
        arguments = [f"count<{n}>()", f"{x}.view().from(r * {n})"]
        if op["tables"]:
            scratch = f"s{op['output']}"
            entry = cxx_format(op["tables"][0]["format"])
            self.body.append(f"tensor<P, {entry}, {n}> {scratch};")
            arguments += [*self.tables(op), f"{scratch}.view()"]
        arguments.append(f"{out}.view().from(r * {step})")
        self.body.append(
            f"for (int r = 0; r < {rows}; ++r) cells::{op['cell']}::row({', '.join(arguments)});"
        )


def program(specs, samples):
    """A whole program for some networks, each run on ``samples`` samples."""
    functions = [Function(f"network_{i}", spec).source() for i, spec in enumerate(specs)]
    entries = []
    for i, spec in enumerate(specs):
        inputs = sum(spec["tensors"][number]["size"] for number in spec["inputs"])
        entries.append(f"  {{network_{i}<isobit::ap>, network_{i}<reference>, {inputs}}},")
    main = [
        "int main(int argc, char** argv) {",
        "  const entry networks[] = {",
        *entries,
        "  };",
        f"  return run_all(networks, {samples}, argc, argv);",
        "}",
    ]
    return "\n".join(['#include "network_program.hpp"', "namespace {", *functions, "}", *main, ""])
