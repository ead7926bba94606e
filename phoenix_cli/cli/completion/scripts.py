"""The scripts that connect a shell to ``offering``, and where each shell looks for them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from phoenix_cli.kernel.records import record

BASH = """\
_phoenix() {
  local candidate
  COMPREPLY=()
  while IFS= read -r candidate; do
    COMPREPLY+=("$candidate")
  done < <(_PHOENIX_COMPLETE=bash _PHOENIX_WORDBREAKS="$COMP_WORDBREAKS" "$1" "${COMP_LINE:0:COMP_POINT}" 2>/dev/null)
}
complete -o default -o bashdefault -F _phoenix phoenix
"""
ZSH = """\
#compdef phoenix
_phoenix() {
  local -a candidates
  candidates=("${(@f)$(_PHOENIX_COMPLETE=zsh ${(Q)words[1]} "${(@Q)words[2,CURRENT]}" 2>/dev/null)}")
  [[ -n "${candidates[1]}" ]] && _describe phoenix candidates || _files
}
(( $+functions[compdef] )) || { autoload -Uz compinit && compinit }
compdef _phoenix phoenix
"""
FISH = """\
function __phoenix_candidates
  set -l words (commandline -opc) (commandline -ct)
  _PHOENIX_COMPLETE=fish $words[1] $words[2..-1] 2>/dev/null
end
complete --command phoenix --force-files --arguments '(__phoenix_candidates)'
"""
SCRIPTS = {"bash": BASH, "zsh": ZSH, "fish": FISH}


@record
class Place:
    """Where a shell's script goes, and the line that its start-up file needs; fish needs none."""

    script: Path
    startup: Path | None
    line: str = ""


def place(shell: str, environ: Mapping[str, str], user_home: Path) -> Place:
    """Return the place by the XDG Base Directory Specification and each shell's own variables."""
    config = Path(environ.get("XDG_CONFIG_HOME") or user_home / ".config")
    if shell == "fish":
        return Place(config / "fish" / "completions" / "phoenix.fish", None)
    script = config / "phoenix" / f"completion.{shell}"
    folder = Path(environ.get("ZDOTDIR") or user_home) if shell == "zsh" else user_home
    return Place(script, folder / f".{shell}rc", f'[ ! -r "{script}" ] || . "{script}"')


def install(shell: str, environ: Mapping[str, str], user_home: Path) -> Place:
    """Write the script, and once the line that reads it; whatever else is in the start-up file stays as it is."""
    where = place(shell, environ, user_home)
    where.script.parent.mkdir(parents=True, exist_ok=True)
    where.script.write_text(SCRIPTS[shell], encoding="utf-8")
    if where.startup:
        before = where.startup.read_bytes() if where.startup.exists() else b""
        if where.line.encode() not in before:
            gap = b"" if not before or before.endswith(b"\n") else b"\n"
            with where.startup.open("ab") as file:
                file.write(gap + f"{where.line}\n".encode())
    return where
