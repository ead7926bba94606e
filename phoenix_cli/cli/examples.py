"""Examples in the help of verbs, as one would type them. A test reads every line with the real parser."""

from __future__ import annotations

EXAMPLES: dict[str, tuple[str, ...]] = {
    "ecosystem": (
        "phoenix ecosystem import pallets/click",
        "phoenix ecosystem click test    # the same as: test click",
    ),
    "ecosystem import": (
        "phoenix ecosystem import pallets/click",
        "phoenix ecosystem import ../shop git@example.org:me/ledger.git",
        "phoenix ecosystem import --from repositories.txt --jobs 8",
    ),
    "ecosystem sync": ("phoenix ecosystem sync", "phoenix ecosystem sync click"),
    "ecosystem remove": ("phoenix ecosystem remove click --dry-run",),
    "ecosystem detect": ("phoenix ecosystem detect", "phoenix ecosystem detect click --json"),
    "ecosystem commands": ("phoenix ecosystem commands click --role test",),
    "ecosystem explain": ("phoenix ecosystem explain click uv", "phoenix ecosystem explain click tox:docs"),
    "ecosystem list": ("phoenix ecosystem list --json=name,path",),
    "ecosystem build": ("phoenix ecosystem build click --sandbox --net",),
    "ecosystem test": ("phoenix ecosystem test click --trust", "phoenix ecosystem test click -- -k parser"),
    "ecosystem run": ("phoenix ecosystem run click lint", "phoenix ecosystem run click tox:docs --timeout 600"),
    "ecosystem check": ("phoenix ecosystem check click secrets", "phoenix ecosystem check click ci --fail-on medium"),
    "ecosystem findings": ("phoenix ecosystem findings run_7f3a --json",),
    "ecosystem trust": ("phoenix ecosystem trust click", "phoenix ecosystem trust click --revoke"),
    "ecosystem start": ("phoenix ecosystem start shop web --port 8080", "phoenix ecosystem start shop --http /health"),
    "ecosystem stop": ("phoenix ecosystem stop shop",),
    "ecosystem logs": ("phoenix ecosystem logs shop web --follow",),
    "ecosystem status": ("phoenix ecosystem status", "phoenix ecosystem status shop"),
    "lock hold": (
        "phoenix lock hold gpu -- python train.py",
        "phoenix lock hold licence=1 data:shared --capacity 4 --wait 10m -- make test",
        'phoenix lock hold printer --for 2h --note "changing the toner"',
    ),
    "lock list": ("phoenix lock list", "phoenix lock list --json=id,resource,owner"),
    "lock release": ("phoenix lock release printer",),
    "status": ("phoenix status", "phoenix status --json"),
    "events": ("phoenix events --operation ecosystem.run --limit 10", "phoenix events --follow"),
    "doctor": ("phoenix doctor", "phoenix doctor --json=id,status"),
    "completion": ("phoenix completion --install", 'eval "$(phoenix completion bash)"'),
}
