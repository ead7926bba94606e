"""What secrets look like: the fixed forms that their issuers gave them, and assignments to telling names.

The forms are those that the issuers document and that public scanners (gitleaks, detect-secrets) share. A rule is tried
only where one of its ``words`` stands in the lower-case text, so most of them cost one search.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from phoenix_cli.ecosystem.checks.findings import Severity


class Rule(NamedTuple):
    """``pattern``'s last group, or all of it, is the secret. ``shown`` are its first letters that everybody knows."""

    name: str
    what: str
    pattern: re.Pattern[str]
    words: tuple[str, ...]
    severity: Severity = "high"
    entropy: float = 3.0
    shown: int = 4


def _rule(
    name: str, what: str, pattern: str, words: str, severity: Severity = "high", entropy: float = 3.0, shown: int = 4
) -> Rule:
    return Rule(name, what, re.compile(pattern), tuple(words.split()), severity, entropy, shown)


_END = r"(?![A-Za-z0-9_-])"
_START = r"(?<![A-Za-z0-9_-])"

FORMS: tuple[Rule, ...] = (
    _rule("aws-access-key", "an AWS access key id", rf"{_START}(?:AKIA|ASIA)[A-Z2-7]{{16}}{_END}", "akia asia"),
    _rule(
        "aws-secret-key", "an AWS secret key",
        r"(?i:aws_?(?:secret)?_?(?:access)?_?key)[\"']?\s{0,3}[:=]\s{0,3}[\"']?([A-Za-z0-9/+=]{40})(?![A-Za-z0-9/+=])",
        "aws", entropy=4.0, shown=0,
    ),
    _rule("github-token", "a GitHub token", rf"{_START}gh[opsur]_[A-Za-z0-9]{{36,255}}{_END}", "ghp_ gho_ ghs_ ghu_ ghr_"),
    _rule("github-token", "a GitHub token", rf"{_START}github_pat_[A-Za-z0-9_]{{60,255}}{_END}", "github_pat_", shown=11),
    _rule("gitlab-token", "a GitLab token", rf"{_START}gl(?:pat|dt|ptt|rt|soat)-[A-Za-z0-9_-]{{20,64}}{_END}",
          "glpat- gldt- glptt- glrt- glsoat-", shown=6),
    _rule("slack-token", "a Slack token", rf"{_START}xox[abeoprs]-[A-Za-z0-9-]{{20,255}}{_END}", "xox", shown=5),
    _rule("slack-webhook", "a Slack webhook", r"hooks\.slack\.com/(?:services|workflows)/([A-Za-z0-9/_-]{40,255})",
          "hooks.slack.com", shown=0),
    _rule("discord-webhook", "a Discord webhook", r"discord(?:app)?\.com/api/webhooks/(\d{17,20}/[A-Za-z0-9_-]{60,80})",
          "/api/webhooks/", shown=0),
    _rule("stripe-key", "a Stripe live key", rf"{_START}[rs]k_live_[A-Za-z0-9]{{20,255}}{_END}", "k_live_", shown=8),
    _rule("google-api-key", "a Google API key", rf"{_START}AIza[A-Za-z0-9_-]{{35}}{_END}", "aiza"),
    _rule("google-oauth-secret", "a Google OAuth secret", rf"{_START}GOCSPX-[A-Za-z0-9_-]{{28}}{_END}", "gocspx-", shown=7),
    _rule("openai-key", "an OpenAI key", rf"{_START}sk-[A-Za-z0-9_-]{{20,180}}T3BlbkFJ[A-Za-z0-9_-]{{20,180}}{_END}",
          "t3blbkfj", shown=3),
    _rule("anthropic-key", "an Anthropic key", rf"{_START}sk-ant-[A-Za-z0-9_-]{{40,255}}{_END}", "sk-ant-", shown=7),
    _rule("huggingface-token", "a Hugging Face token", rf"{_START}hf_[A-Za-z]{{34}}{_END}", "hf_", shown=3),
    _rule("npm-token", "an npm token", rf"{_START}npm_[A-Za-z0-9]{{36}}{_END}", "npm_"),
    _rule("npm-auth", "an npm login",
          r"(?m)(?:^|:)_(?:authToken|auth|password)[ \t]{0,3}=[ \t]{0,3}[\"']?([A-Za-z0-9+/=_.-]{16,255})[\"']?\s{0,3}$",
          "_authtoken _auth _password", shown=0),
    _rule("pypi-token", "a PyPI token", rf"{_START}pypi-AgE[A-Za-z0-9_-]{{60,255}}", "pypi-age", shown=5),
    _rule("cargo-token", "a crates.io token", rf"{_START}cio[A-Za-z0-9]{{32}}{_END}", "cio", shown=3, entropy=3.6),
    _rule("sendgrid-key", "a SendGrid key", rf"{_START}SG\.[A-Za-z0-9_-]{{20,24}}\.[A-Za-z0-9_-]{{39,50}}{_END}", "sg.", shown=3),
    _rule("twilio-key", "a Twilio key", rf"{_START}SK[0-9a-f]{{32}}{_END}", "sk", shown=2, entropy=3.2, severity="medium"),
    _rule("mailgun-key", "a Mailgun key", rf"{_START}key-[0-9a-f]{{32}}{_END}", "key-", shown=4, entropy=3.2),
    _rule("digitalocean-token", "a DigitalOcean token", rf"{_START}do[opr]_v1_[0-9a-f]{{64}}{_END}", "_v1_", shown=7),
    _rule("shopify-token", "a Shopify token", rf"{_START}shp(?:at|ca|pa|ss)_[0-9a-fA-F]{{32}}{_END}",
          "shpat_ shpca_ shppa_ shpss_", shown=6),
    _rule("databricks-token", "a Databricks token", rf"{_START}dapi[0-9a-f]{{32}}{_END}", "dapi"),
    _rule("telegram-token", "a Telegram bot token", rf"{_START}\d{{8,10}}:AA[A-Za-z0-9_-]{{33}}{_END}", ":aa", shown=0),
    _rule("azure-storage-key", "an Azure storage key", r"AccountKey=([A-Za-z0-9+/]{86}==)", "accountkey=", shown=0),
    _rule("vault-token", "a Vault token", rf"{_START}hv[sbr]\.[A-Za-z0-9_-]{{24,200}}{_END}", "hvs. hvb. hvr."),
    _rule("age-key", "an age secret key", r"AGE-SECRET-KEY-1[A-Z0-9]{58}", "age-secret-key-1", shown=15),
    _rule(
        "jwt", "a signed token (JWT)",
        rf"{_START}eyJ[A-Za-z0-9_-]{{10,2000}}\.eyJ[A-Za-z0-9_-]{{10,4000}}\.[A-Za-z0-9_-]{{20,2000}}", "eyj", "medium",
    ),
)  # fmt: skip

PRIVATE_KEY = re.compile(
    r"-----BEGIN (RSA |EC |DSA |OPENSSH |ENCRYPTED |PGP )?PRIVATE KEY(?: BLOCK)?-----(?:\s|\\[nr]|[\"'+,]){1,40}"
    r"((?:[A-Za-z-]{3,20}: [^\n\\]{1,80}(?:\s|\\[nr]){1,4}){0,4})(?:\s|\\[nr]|[\"'+,]){0,40}([A-Za-z0-9+/=]{40})"
)
LOGIN_IN_URL = re.compile(r"://([^/\s:@\"'<>`]{1,64}):([^/\s@\"'<>`]{3,128})@([A-Za-z0-9.-]{1,253})")

_NAMES = r"(?:passw(?:or)?d|passphrase|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|auth[_-]?key|credential)"
#: A telling name, then a value in quotes.
ASSIGNED = re.compile(
    rf"(?i){_NAMES}[a-z0-9_-]{{0,20}}[\"'\]]{{0,2}}\s{{0,5}}(?::=|=>|=|:)\s{{0,5}}[\"'`]([^\s\"'`]{{8,200}})[\"'`]"
)
#: The same without quotes, in files where that is how values are written.
ASSIGNED_BARE = re.compile(
    rf"(?im)^[ \t]{{0,20}}(?:export[ \t]|ENV[ \t]|- )?[a-z0-9_.-]{{0,40}}{_NAMES}[a-z0-9_.-]{{0,20}}[ \t]{{0,5}}[=:][ \t]{{0,5}}"
    r"([^\s\"'`#]{8,200})[ \t]{0,20}\r?$"
)
TELLING = ("passw", "passphrase", "secret", "token", "key", "credential")
BARE_FILES = re.compile(
    r"(?:.*/)?(?:\.env(?:\..*)?|.*\.env|\.netrc|\.pypirc|\.npmrc|.*\.(?:ini|cfg|conf|properties|ya?ml|tfvars|envrc)|Dockerfile.*)"
)
#: Made by tools, full of digests: only the fixed forms are looked for.
GENERATED = re.compile(
    r"(?:.*/)?(?:package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|bun\.lock|.*\.lock|go\.sum|.*\.min\.(?:js|css)"
    r"|.*\.(?:map|svg|snap|ipynb|po|csv|tsv)|.*lock\.json)"
)
#: What stands where a secret would be in an example, a template or a variable's use.
NO_SECRET = re.compile(
    r"(?i)example|sample|dummy|fake|mock|placeholder|change.?(?:me|this)|your|xxx|\btest|todo|replace|insert|redact|secret|passw"
    r"|token|api.?key|\bnone\b|\bnull\b|localhost|foo|bar|1234567|abcdef|qwerty|letmein|hunter2|admin|deadbeef|0000000|\.\.\."
    r"|\*\*\*|[<>{}()\[\]\\|]|\$[A-Za-z_{(]|%[sd({]|^[/.~@#:]|^https?:|^data:|process\.|environ|config\.|self\.|this\."
)
WORDS_ONLY = re.compile(r"(?i)[a-z]+(?:[-_.:/ ][a-z]+)*[0-9]{0,2}")
ALLOWED = ("gitleaks:allow", "pragma: allowlist secret", "nosecret", "detect-secrets:ignore")
