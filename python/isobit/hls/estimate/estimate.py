"""From a model to its estimate."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from isobit.cxx.network import network_of
from isobit.errors import ConfigError, closest
from isobit.hls.estimate import technology as tech
from isobit.hls.estimate.cost import Cost, Schedule
from isobit.hls.estimate.elements import elements
from isobit.hls.estimate.operation import Operation, operations_of
from isobit.hls.estimate.parts import part_of
from isobit.hls.estimate.sums import sums
from isobit.hls.estimate.table import Estimate, LayerEstimate
from isobit.hls.multipliers import check_reuse_factors
from isobit.hls.options import hardware_of

if TYPE_CHECKING:
    from isobit.quantized import QuantizedModel

IO_TYPES = ("io_parallel", "io_stream")


def estimate(
    model: QuantizedModel,
    *,
    reuse_factor: int | Mapping[str, int] | None = None,
    strategy: str | Mapping[str, str] | None = None,
    clock_period: float = 5.0,
    part: str = "xcvu13p",
    io_type: str = "io_parallel",
) -> Estimate:
    """Estimate latency and resources; :meth:`isobit.QuantizedModel.estimate` tells of the arguments."""
    if io_type not in IO_TYPES:
        raise ConfigError(f"io_type: {io_type!r} is not supported.{closest(str(io_type), IO_TYPES)}")
    period = clock_period
    if isinstance(period, bool) or not isinstance(period, int | float) or not 0 < period < math.inf:
        raise ConfigError(f"clock_period: {period!r} is not a number of nanoseconds above zero")
    device = part_of(part)
    given = {name: layer.hardware for name, layer in model.precision.layers.items()}
    hardware = hardware_of(model.graph, given, strategy, reuse_factor)
    network = network_of(model)
    check_reuse_factors(network, hardware)
    schedules = {
        name: Schedule(one.strategy, one.reuse_factor, io_type == "io_stream", float(period))
        for name, one in hardware.items()
    }
    operations = operations_of(model, network)
    costs = [_cost(op, schedules[op.layer]) for op in operations]
    layers = _layers(model, operations, costs, schedules)
    interval = max((layer.interval for layer in layers), default=1)
    latency = _latency(operations, costs, schedules, interval)
    return Estimate(model.name, device, float(period), io_type, tuple(layers), latency, interval)


def _cost(op: Operation, schedule: Schedule) -> Cost:
    if op.weights is None:
        return elements(op, schedule)
    return sums(op, op.weights, schedule)


def _layers(
    model: QuantizedModel, operations: list[Operation], costs: list[Cost], schedules: Mapping[str, Schedule]
) -> list[LayerEstimate]:
    found = []
    for node in model.layers:
        own = [(op, cost) for op, cost in zip(operations, costs, strict=True) if op.layer == node.name]
        schedule = schedules[node.name]
        found.append(
            LayerEstimate(
                name=node.name,
                operator=node.op,
                strategy=schedule.strategy,
                reuse_factor=schedule.reuse_factor,
                multiplications=sum(op.counts["multiplications"] for op, _ in own),
                additions=sum(op.counts["additions"] for op, _ in own),
                multipliers=sum(cost.multipliers for _, cost in own),
                lut=round(sum(cost.lut for _, cost in own)),
                ff=round(sum(cost.ff for _, cost in own)),
                dsp=sum(cost.dsp for _, cost in own),
                bram18=sum(cost.bram18 for _, cost in own),
                latency=_latency([op for op, _ in own], [cost for _, cost in own], schedules, 0),
                interval=max((cost.interval for _, cost in own), default=1),
            )
        )
    return found


def _latency(
    operations: list[Operation], costs: list[Cost], schedules: Mapping[str, Schedule], interval: int
) -> int:
    """Cycles of the longest path.

    Logic of operations in a row shares cycles. In a stream all operations work at the same time, and the
    slowest one decides how long a sample takes; the others add what they need for one position.
    """
    ready: dict[int, tuple[int, float]] = {}
    for op, cost in zip(operations, costs, strict=True):
        schedule = schedules[op.layer]
        used = tech.filled(schedule.clock_period)
        cycles, time = max((ready.get(tensor, (0, 0.0)) for tensor in op.inputs), default=(0, 0.0))
        extra = cost.cycles - (cost.interval - 1) if schedule.stream else cost.cycles
        if op.weights is not None:  # sums begin and end with registers
            cycles += math.ceil(time / used) + max(1, math.ceil(cost.nanoseconds / used)) + extra
            time = 0.0
        elif extra:
            cycles += math.ceil((time + cost.nanoseconds) / used) + extra
            time = 0.0
        else:
            time += cost.nanoseconds
            cycles, time = cycles + int(time // used), time % used
        ready[op.output] = cycles, time
    last = max(ready.values(), default=(0, 0.0))
    stream = any(schedule.stream for schedule in schedules.values())
    used = tech.filled(next(iter(schedules.values())).clock_period) if schedules else 1.0
    return last[0] + math.ceil(last[1] / used) + (interval if stream else 0)
