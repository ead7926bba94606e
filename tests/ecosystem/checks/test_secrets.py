"""Secrets: a corpus of made-up ones that must be found, of look-alikes that must not, and never their text."""

import json
import random
import re
import string
from dataclasses import asdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoenix_cli.ecosystem.checks.history import NewLines, check_history
from phoenix_cli.ecosystem.checks.secrets import check_secrets, entropy, found_in, judged
from phoenix_cli.ecosystem.checks.sources import Text
from phoenix_cli.kernel.errors import PhoenixError
from tests.ecosystem.checks.looking import looked, rules, seen
from tests.gitting import commit, git, repository

LETTERS, HEX = string.ascii_letters + string.digits, "0123456789abcdef"


def made(size, letters=LETTERS, seed=7):
    """Draw letters: nothing here is anybody's, and nothing here looks like a secret to other scanners."""
    return "".join(random.Random(f"{seed} {size} {letters}").choices(letters, k=size))


B64 = LETTERS + "+/"
KEY = "\n".join(made(64, B64, line) for line in range(6))
POSITIVES = {
    "aws-access-key": "AK" + "IA" + made(16, string.ascii_uppercase + "234567"),
    "aws-secret-key": "aws_secret_access_key = " + made(40, B64),
    "github-token": "gh" + "p_" + made(36),
    "gitlab-token": "gl" + "pat-" + made(20),
    "slack-token": "xo" + "xb-" + made(12, string.digits) + "-" + made(24),
    "slack-webhook": "https://hooks.sl" + f"ack.com/services/T{made(8)}/B{made(8)}/{made(24)}",
    "stripe-key": "sk_" + "live_" + made(24),
    "google-api-key": "AI" + "za" + made(35),
    "anthropic-key": "sk-" + "ant-" + made(80),
    "openai-key": "sk-" + made(24) + "T3Blbk" + "FJ" + made(24),
    "huggingface-token": "hf" + "_" + made(34, string.ascii_letters),
    "npm-token": "np" + "m_" + made(36),
    "pypi-token": "py" + "pi-AgE" + made(100),
    "sendgrid-key": "S" + f"G.{made(22)}.{made(43)}",
    "digitalocean-token": "do" + "p_v1_" + made(64, HEX),
    "azure-storage-key": "Account" + "Key=" + made(86, B64) + "==",
    "telegram-token": made(9, "123456789") + ":" + "AA" + made(33),
    "jwt": "ey" + "J" + made(30) + ".ey" + "J" + made(60) + "." + made(43),
    "private-key": f"-----BEGIN RSA PRIVATE {'KEY'}-----\n{KEY}\n-----END RSA PRIVATE {'KEY'}-----",
    "login-in-url": f"postgres://shop:{made(16)}@db.shop.io/orders",
    "assigned-secret": f'DB_PASSWORD = "{made(24)}"',
}
NEGATIVES = [
    'password = "changeme-please"',
    'api_key = "your-api-key-here"',
    'secret = "<insert the secret here>"',
    'token = "${{ secrets.GITHUB_TOKEN }}"',
    'password = os.environ["DB_PASSWORD"]',
    'password: "{{ vault_password }}"',
    'token_url = "https://login.shop.io/oauth/token"',
    'secret_name = "projects/shop/secrets/database"',
    'API_KEY_HEADER = "X-Shop-Api-Version-Header"',
    'key = "com.shop.orders.OrderService2"',
    "AK" + "IAIOSFODNN7EXAMPLE",
    "gh" + "p_" + "x" * 36,
    "postgres://user:password@localhost/test",
    "https://user:pass@example.com/",
    f"-----BEGIN RSA PRIVATE {'KEY'}-----\n...\n-----END RSA PRIVATE {'KEY'}-----",
    'integrity = "sha512-' + made(86, B64) + '=="',
    'commit = "' + made(40, HEX) + '"',
    "def test_password_reset_token_generator(self):",
    'passwordPlaceholder="Type your password here"',
    'data-token-color="rgba(120,130,140,0.5)"',
]


@pytest.mark.parametrize("rule", POSITIVES)
def test_each_form_is_found_where_it_stands_and_its_text_is_not_told(tmp_path, rule):
    secret = POSITIVES[rule]
    found = seen(tmp_path, {"src/settings.py": f"# one\n# two\nvalue = '''{secret}'''\n{secret}\n"}, check_secrets)
    assert rule in {one.rule for one in found}, found
    one = next(one for one in found if one.rule == rule)
    assert one.file == "src/settings.py" and one.line == 3
    told = json.dumps([asdict(each) for each in found])
    for word in re.findall(r"[A-Za-z0-9+/]{12,}", secret):
        assert word not in told


@pytest.mark.parametrize("text", NEGATIVES)
def test_what_only_looks_like_one_is_not_found(tmp_path, text):
    assert not [one for one in seen(tmp_path, {"src/settings.py": f"{text}\n"}, check_secrets) if one.severity != "low"]


def test_lock_files_and_generated_ones_are_searched_for_fixed_forms_only(tmp_path):
    lock = {"packages": {"a": {"token": made(40)}, "b": POSITIVES["github-token"]}}
    found = seen(tmp_path, {"package-lock.json": json.dumps(lock)}, check_secrets)
    assert rules(found) == [("high", "github-token", "package-lock.json")]


def test_settings_without_quotes_are_read(tmp_path):
    value = made(28)
    files = {".env": f"# shop\nDB_PASSWORD={value}\n", "deploy/values.yaml": f"db:\n  apiToken: {value}\n"}
    found = seen(tmp_path, files, check_secrets)
    assert [(one.file, one.line) for one in found] == [(".env", 2), ("deploy/values.yaml", 2)]


def test_in_tests_and_examples_it_is_likely_made_up(tmp_path):
    token = POSITIVES["github-token"]
    found = seen(tmp_path, {"tests/test_login.py": token, "app.py": token, "README.md": token}, check_secrets)
    severities = {one.file: one.severity for one in found}
    assert severities == {"tests/test_login.py": "medium", "app.py": "high", "README.md": "medium"}


def test_a_line_can_say_that_it_is_meant(tmp_path):
    allowed = f"{POSITIVES['github-token']}  # gitleaks:allow\n"
    assert not seen(tmp_path, {"app.py": allowed}, check_secrets)


def test_an_encrypted_key_is_not_as_bad(tmp_path):
    head = f"-----BEGIN RSA PRIVATE {'KEY'}-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\n"
    assert rules(seen(tmp_path, {"id": head + KEY}, check_secrets)) == [("medium", "private-key", "id")]


def test_links_binary_and_untracked_files_are_not_read(tmp_path):
    outside = tmp_path / "outside"
    outside.write_text(POSITIVES["github-token"])
    shop = repository(
        tmp_path / "shop", {"program": b"\0" + POSITIVES["github-token"].encode(), ".gitignore": ".env\n"}
    )
    (shop / "link").symlink_to(outside)
    git(shop, "add", "-A")
    (shop / ".env").write_text(POSITIVES["github-token"])
    assert not looked(shop, check_secrets).findings


def test_a_file_full_of_them_is_cut_and_hostile_texts_take_no_time():
    many = "\n".join("gh" + "p_" + made(36, seed=number) for number in range(400))
    assert len(list(found_in([Text("a", many)]))) == 50
    for hostile in (
        "password" * 40_000,
        "secret=" * 40_000,
        "://a:" * 60_000,
        "eyJ" + "a" * 300_000,
        "-----BEGIN " * 30_000,
    ):
        assert list(found_in([Text("a.env", hostile)])) == []


@given(st.text(max_size=300))
def test_any_text_is_searched_without_failing(text):
    for name in ("a.py", ".env", "package-lock.json"):
        for one in found_in([Text(name, text + "\npassword=token://secret:key@" + text)]):
            assert one.severity in ("high", "medium", "low")


def test_entropy_is_shannons():
    assert entropy("") == 0 and entropy("aaaa") == 0 and entropy("abab") == 1 and entropy("abcd") == 2
    assert judged(made(32)) == "high" and judged("correct-horse-battery") is None


def test_history_tells_what_a_later_commit_took_out(tmp_path):
    shop = repository(tmp_path / "shop", {"app.py": "print(1)\n"})
    commit(shop, {"config.py": f"KEY = '{POSITIVES['github-token']}'\n"})
    newest = commit(shop, {"config.py": f"# moved\nKEY = '{POSITIVES['github-token']}'\n"})
    commit(shop, {"config.py": "KEY = environ['KEY']\n"})
    (found,) = looked(shop, check_history).findings
    assert found.rule == "github-token" and found.file == "config.py" and found.line is None
    assert found.message.endswith(f"in commit {newest[:12]}")
    assert not looked(shop, check_secrets).findings


def test_history_leaves_what_is_still_there_to_the_other_check(tmp_path):
    shop = repository(tmp_path / "shop", {"config.py": f"KEY = '{POSITIVES['github-token']}'\n"})
    assert not looked(shop, check_history).findings and looked(shop, check_secrets).findings


def test_history_says_what_it_lacks(tmp_path):
    shop = repository(tmp_path / "shop", {"a": "1\n"})
    for number in range(3):
        commit(shop, {"a": f"{number}\n"})
    git(tmp_path, "clone", "-q", "--depth", "2", f"file://{shop}", str(tmp_path / "short"))
    notes = " ".join(looked(tmp_path / "short", check_history).notes)
    assert "2 commits" in notes and "cut off" in notes


def test_history_of_nothing(tmp_path):
    (tmp_path / "empty").mkdir()
    git(tmp_path / "empty", "init", "-q")
    assert not looked(tmp_path / "empty", check_history).findings
    (tmp_path / "plain").mkdir()
    (tmp_path / "plain" / "a.py").write_text(POSITIVES["github-token"])
    assert looked(tmp_path / "plain", check_secrets).findings
    assert "no history" in looked(tmp_path / "plain", check_history).notes[0]


def test_a_damaged_history_is_no_clean_one(tmp_path):
    shop = repository(tmp_path / "shop", {"a/b": "1\n"})
    first = git(shop, "rev-parse", "HEAD:a")
    commit(shop, {"a/b": "2\n"})
    (shop / ".git/objects" / first[:2] / first[2:]).unlink()
    with pytest.raises(PhoenixError):
        looked(shop, check_history)


def test_lines_are_looked_at_once():
    lines = NewLines()
    assert lines.of("a\nb\nc") == "a\nb\nc" and lines.of("a\nd\nc") == "d"
