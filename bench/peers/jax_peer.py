"""JAX on the CPU, 64-bit: jit of a scan over days, all futures of a batch at once; the batch by trial."""

from __future__ import annotations

import os

from .. import worlds
from ..models import attrition
from ..prepared import Missing, Prepared, trial

BATCHES = (128, 256, 512, 1024, 4096, 16384)


def one_device(model: worlds.Model) -> Prepared:
    """As JAX comes: one device, which shares its work between threads as it sees fit."""
    return _prepare(model, 1)


def all_devices(model: worlds.Model) -> Prepared:
    """A host device for every processor, futures split between them."""
    return _prepare(model, os.cpu_count() or 1)


def _prepare(model: worlds.Model, devices: int) -> Prepared:
    os.environ["JAX_PLATFORMS"] = "cpu"
    os.environ["XLA_FLAGS"] = f"--xla_force_host_platform_device_count={devices}"
    try:
        import jax
        import jax.numpy as jnp
    except ImportError:
        raise Missing("jax is not installed") from None
    import numpy as np
    from jax.sharding import Mesh, NamedSharding, PartitionSpec

    jax.config.update("jax_enable_x64", True)
    state, given = attrition.inputs(model, model.rows(max(BATCHES)))

    @jax.jit
    def run(x, p):
        rows = list(p)

        def day(now, _):
            return tuple(attrition.step(now, rows, jnp)), None

        return jax.lax.scan(day, tuple(x), None, length=model.plan.count)[0]

    split = NamedSharding(Mesh(np.array(jax.devices()), ("future",)), PartitionSpec(None, None, "future"))
    choices = []
    for batch in BATCHES:
        x, p = (jax.device_put(np.ascontiguousarray(a[:, :, :batch]), split) for a in (state, given))
        choices.append((f"batches of {batch}", lambda x=x, p=p: jax.block_until_ready(run(x, p)), batch))
    name, best, futures = trial(choices)
    return Prepared(best, futures, attrition.flat(np.array(best())), f"{name}, {devices} devices")
