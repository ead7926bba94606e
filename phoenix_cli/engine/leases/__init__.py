"""What runs and people hold of things that all of a home share, across processes: counted, held alone, or read together."""

from phoenix_cli.engine.leases.leases import Leases
from phoenix_cli.engine.leases.records import HeldBy, Lease, Owner, Refusal

__all__ = ["HeldBy", "Lease", "Leases", "Owner", "Refusal"]
