"""Division, products of matrices and running sums."""

from __future__ import annotations

from hypothesis import strategies as st

from cells.suite import CellSuite, Layer, broadcastable, shapes


class TestDivide(CellSuite):
    op = "divide"
    widest = 14

    def layer(self, draw):
        shape = draw(shapes())
        pair = [shape, broadcastable(draw, shape) or (1,)]
        return Layer(draw(st.permutations(pair)))


class TestMatmul(CellSuite):
    op = "matmul"
    widest = 14

    def layer(self, draw):
        n, k, m = (draw(st.sampled_from([1, 2, 3, 5])) for _ in range(3))
        leading = draw(st.sampled_from([(), (), (2,), (2, 3)]))
        left, right = broadcastable(draw, leading), broadcastable(draw, leading)
        a = draw(st.sampled_from([(*left, n, k), (k,)]))
        b = draw(st.sampled_from([(*right, k, m), (k,)]))
        return Layer([a, b])


class TestCumsum(CellSuite):
    op = "cumsum"

    def layer(self, draw):
        shape = draw(shapes())
        attrs = {
            "axis": draw(st.sampled_from([None, *range(len(shape))])),
            "exclusive": draw(st.booleans()),
            "reverse": draw(st.booleans()),
        }
        return Layer([shape], attrs)


class TestEinsum(CellSuite):
    op = "einsum"
    widest = 12
    EQUATIONS = (
        "ij,jk->ik", "ij,kj->ki", "bij,bjk->bik", "bij,bkj->bik", "i,j->ij", "i,i->", "ij,ij->i", "ij,k->jk",
        "...ij,...jk->...ik", "ijk,ilk->jl", "ii->i", "ij->ji", "ij->j", "iji->j", "ijk->", "ij,jk", "ba",
        "bhid,bhjd->bhij", "i,jk->kij",
    )  # fmt: skip

    def layer(self, draw):
        equation = draw(st.sampled_from(self.EQUATIONS))
        lengths = {letter: draw(st.integers(1, 3)) for letter in "abcdhijkl"}
        leading = draw(st.sampled_from([(), (2,), (2, 3)]))
        shapes = []
        for operand in equation.partition("->")[0].split(","):
            given = leading if "..." in operand else ()
            shapes.append((*given, *(lengths[letter] for letter in operand if letter != ".")))
        return Layer(shapes, {"equation": equation})
