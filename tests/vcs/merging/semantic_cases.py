"""Pairs of branches that merge as text: broken ones with what has to be found, and clean ones that look alike.

A case is (base files, A's files, B's files); None removes a file.
"""

from __future__ import annotations

Files = dict[str, str | None]
Case = tuple[Files, Files, Files]

PY = {"pkg/__init__.py": "", "pkg/calc.py": "import os\n\n\ndef add(a, b):\n    return a + b\n\n\ndef scale(value, by=1):\n    return value * by\n\n\nclass Account:\n    def deposit(self, amount):\n        return amount\n\n    def close(self):\n        return os.getpid()\n", "pkg/app.py": "from pkg.calc import scale\n\n\ndef main():\n    return scale(2)\n"}  # fmt: skip
TS = {"src/api.ts": "export function load(id: string): User {\n  return cache[id];\n}\n\nexport const save = (user: User) => {\n  write(user);\n};\n\nexport class Store {\n  get(key: string) { return key; }\n  evict(key: string) { return key; }\n}\n", "src/app.ts": "import { save } from './api';\n\nexport function run() {\n  save(me);\n}\n"}  # fmt: skip
RS = {"src/lib.rs": "pub mod math;\npub mod app;\n", "src/math.rs": "pub fn mean(values: &[f64]) -> f64 {\n    values.iter().sum::<f64>() / values.len() as f64\n}\n\npub struct Ring {\n    size: usize,\n}\n\nimpl Ring {\n    pub fn rotate(&mut self, by: usize) {\n        self.size += by;\n    }\n}\n", "src/app.rs": "use crate::math::Ring;\n\npub fn run(ring: &mut Ring) {\n    println!(\"{}\", 1);\n}\n"}  # fmt: skip
GO = {"store/store.go": "package store\n\nimport \"errors\"\n\nfunc Open(path string) *DB {\n\treturn nil\n}\n\nfunc Drop(name string) error {\n\treturn errors.New(name)\n}\n\ntype DB struct{}\n\nfunc (d *DB) Flush() {}\n", "store/list.go": "package store\n\nfunc List() []string { return nil }\n", "cmd/main.go": "package main\n\nimport \"example.org/app/store\"\n\nfunc main() {\n\tstore.List()\n}\n"}  # fmt: skip


def put(files: dict[str, str], path: str, *changes: tuple[str, str]) -> Files:
    """Return one file with texts replaced."""
    text = files[path]
    for old, new in changes:
        assert old in text, (path, old)
        text = text.replace(old, new)
    return {path: text}


BROKEN: dict[str, tuple[str, str, Case]] = {
    "python: renamed, and a new caller in a new file": ("name renamed", "add", (
        PY, put(PY, "pkg/calc.py", ("def add", "def total")),
        {"pkg/report.py": "from pkg.calc import add\n\n\ndef report():\n    return add(1, 2)\n"})),
    "python: removed, and used through its module": ("name removed", "scale", (
        PY, {**put(PY, "pkg/calc.py", ("def scale(value, by=1):\n    return value * by\n\n\n", "")), "pkg/app.py": "def main():\n    return 2\n"},
        {"pkg/more.py": "from pkg import calc\n\nprint(calc.scale(3, by=2))\n"})),
    "python: a parameter more, and a new call without it": ("signature changed", "add", (
        PY, put(PY, "pkg/calc.py", ("def add(a, b):", "def add(a, b, *, mode):")),
        {"pkg/use.py": "from .calc import add as plus\n\nprint(plus(1, 2))\n", "pkg/use2.py": "import pkg.calc\n\nprint(pkg.calc.add(1, 2))\n"})),
    "python: a keyword renamed, and passed by name": ("signature changed", "scale", (
        PY, put(PY, "pkg/calc.py", ("by=1", "factor=1"), ("* by", "* factor")),
        {"pkg/app.py": "from pkg.calc import scale\n\n\ndef main():\n    return scale(2, by=5)\n"})),
    "python: a method renamed": ("name renamed", "Account.close", (
        PY, put(PY, "pkg/calc.py", ("def close(self)", "def shut(self)")),
        {"pkg/bank.py": "from pkg.calc import Account\n\n\ndef end(account: Account):\n    account.close()\n"})),
    "python: both add a function of one name": ("added twice", "mean", (
        PY, put(PY, "pkg/calc.py", ("import os\n", "import os\n\n\ndef mean(values):\n    return sum(values) / len(values)\n")),
        put(PY, "pkg/calc.py", ("        return os.getpid()\n", "        return os.getpid()\n\n\ndef mean(*numbers):\n    return numbers\n")))),
    "python: renamed where it stands, and used there": ("name renamed", "add", (
        PY, put(PY, "pkg/calc.py", ("def add", "def total")),
        put(PY, "pkg/calc.py", ("return os.getpid()", "return add(1, os.getpid())")))),
    "python: the module moved": ("name removed", "scale", (
        PY, {"pkg/calc.py": None, "pkg/core/calc.py": PY["pkg/calc.py"], "pkg/app.py": "from pkg.core.calc import scale\n\n\ndef main():\n    return scale(2)\n"},
        {"tool.py": "from pkg.calc import scale\n\nscale(1)\n"})),
    "typescript: renamed export": ("name renamed", "load", (
        TS, put(TS, "src/api.ts", ("function load", "function fetchUser")),
        {"src/page.tsx": "import { load } from './api';\n\nexport const Page = () => <p>{load('1').name}</p>;\n"})),
    "typescript: now a promise": ("signature changed", "load", (
        TS, put(TS, "src/api.ts", ("export function load(id: string): User {", "export async function load(id: string): Promise<User> {")),
        {"src/page.ts": "import { load } from '../src/api';\n\nexport const name = load('1').name;\n"})),
    "typescript: one more argument": ("signature changed", "save", (
        TS, {**put(TS, "src/api.ts", ("(user: User) =>", "(user: User, when: Date) =>")), "src/app.ts": "import { save } from './api';\n\nexport function run() {\n  save(me, now);\n}\n"},
        {"src/other.ts": "import * as api from './api';\n\napi.save(you);\n"})),
    "typescript: both add": ("added twice", "retry", (
        TS, put(TS, "src/api.ts", ("export function load", "export function retry(n: number) {\n  return n;\n}\n\nexport function load")),
        put(TS, "src/api.ts", ("  evict(key: string) { return key; }\n}\n", "  evict(key: string) { return key; }\n}\n\nexport const retry = 3;\n")))),
    "rust: renamed function": ("name renamed", "mean", (
        RS, put(RS, "src/math.rs", ("fn mean", "fn average")),
        {"src/app.rs": "use crate::math::{mean, Ring};\n\npub fn run(ring: &mut Ring) {\n    println!(\"{}\", mean(&[1.0]));\n}\n"})),
    "rust: a method takes more": ("signature changed", "Ring.rotate", (
        RS, put(RS, "src/math.rs", ("by: usize)", "by: usize, left: bool)")),
        {"src/app.rs": "use crate::math::Ring;\n\npub fn run(ring: &mut Ring) {\n    ring.rotate(2);\n    println!(\"{}\", 1);\n}\n"})),
    "rust: now a result": ("signature changed", "mean", (
        RS, put(RS, "src/math.rs", (") -> f64 {", ") -> Result<f64, Error> {")),
        {"src/app.rs": "use crate::math;\nuse crate::math::Ring;\n\npub fn run(ring: &mut Ring) {\n    println!(\"{}\", math::mean(&[1.0]) + 1.0);\n}\n"})),
    "go: renamed, and used from another package": ("name renamed", "Drop", (
        GO, put(GO, "store/store.go", ("func Drop", "func Remove")),
        {"cmd/main.go": "package main\n\nimport \"example.org/app/store\"\n\nfunc main() {\n\tstore.List()\n\t_ = store.Drop(\"x\")\n}\n"})),
    "go: an error more to take": ("signature changed", "Open", (
        GO, put(GO, "store/store.go", ("func Open(path string) *DB {\n\treturn nil", "func Open(path string) (*DB, error) {\n\treturn nil, nil")),
        {"store/util.go": "package store\n\nfunc Temp() *DB {\n\treturn Open(\"/tmp/x\")\n}\n"})),
    "go: added twice in one package": ("added twice", "Count", (
        GO, put(GO, "store/list.go", ("return nil }\n", "return nil }\n\nfunc Count() int { return 1 }\n")),
        {"store/count.go": "package store\n\nfunc Count() int64 { return 2 }\n"})),
}  # fmt: skip

CLEAN: dict[str, Case] = {
    "python: renamed with its old name kept": (PY, put(PY, "pkg/calc.py", ("def add(a, b):\n    return a + b\n", "def total(a, b):\n    return a + b\n\n\nadd = total\n")),
        {"pkg/report.py": "from pkg.calc import add\n\nprint(add(1, 2))\n"}),
    "python: an optional parameter more": (PY, put(PY, "pkg/calc.py", ("def add(a, b):", "def add(a, b, *, mode=None):")), {"pkg/u.py": "from pkg.calc import add\n\nadd(1, 2)\n"}),
    "python: another module's name": (PY, put(PY, "pkg/calc.py", ("def add", "def total")), {"pkg/u.py": "from other.math import add\n\nadd(1, 2)\n"}),
    "python: a name of one's own": (PY, put(PY, "pkg/calc.py", ("def add", "def total")), {"pkg/u.py": "def add(x):\n    return x\n\n\nadd(1)\n"}),
    "python: a set's add": (PY, put(PY, "pkg/calc.py", ("def add", "def total")), {"pkg/u.py": "from pkg.calc import scale\n\nseen = set()\nseen.add(scale(1))\n"}),
    "python: moved and re-exported": (PY, {"pkg/calc.py": "from pkg.core import Account, add, scale\n", "pkg/core.py": PY["pkg/calc.py"]}, {"pkg/u.py": "from pkg.calc import add\n\nadd(1, 2)\n"}),
    "python: methods of one name in two classes": (PY, put(PY, "pkg/calc.py", ("class Account:\n", "class Other:\n    def show(self):\n        return 1\n\n\nclass Account:\n")),
        put(PY, "pkg/calc.py", ("        return os.getpid()\n", "        return os.getpid()\n\n    def show(self):\n        return 2\n"))),
    "python: functions of one name in two modules": (PY, {"pkg/a.py": "def helper():\n    return 1\n"}, {"pkg/b.py": "def helper():\n    return 2\n"}),
    "python: annotations and docs only": (PY, put(PY, "pkg/calc.py", ("def add(a, b):", "def add(a: int, b: int) -> int:\n    \"\"\"Add.\"\"\"")), {"pkg/u.py": "from pkg.calc import add\n\nadd(1, 2)\n"}),
    "python: the caller goes with the name": ({**PY, "pkg/old.py": "from pkg.calc import add\n\nadd(1, 2)\n"}, {**put(PY, "pkg/calc.py", ("def add", "def total")), "pkg/old.py": "from pkg.calc import total\n\ntotal(1, 2)\n"},
        {"pkg/new.py": "from pkg.calc import scale\n\nscale(1)\n"}),
    "python: a local variable of that name": (PY, put(PY, "pkg/calc.py", ("def add", "def total")), put(PY, "pkg/calc.py", ("        return os.getpid()", "        add = os.getpid\n        return add()"))),
    "typescript: an optional parameter": (TS, put(TS, "src/api.ts", ("load(id: string)", "load(id: string, fresh = false)")), {"src/p.ts": "import { load } from './api';\n\nload('1');\n"}),
    "typescript: a local name": (TS, put(TS, "src/api.ts", ("function load", "function fetchUser")), {"src/p.ts": "const load = (x: string) => x;\n\nload('1');\n"}),
    "typescript: the same word in texts": (TS, put(TS, "src/api.ts", ("function load", "function fetchUser")), {"src/p.ts": "// load('x')\nexport const text = `load ${1} load(2)`;\nexport const pattern = /load\\(/;\n"}),
    "typescript: a key of that name": (TS, put(TS, "src/api.ts", ("function load", "function fetchUser")), {"src/p.ts": "import { save } from './api';\n\nsave({ load: 1 });\n"}),
    "rust: another type's method": (RS, put(RS, "src/math.rs", ("fn rotate", "fn turn")), {"src/wheel.rs": "pub struct Wheel;\n\nimpl Wheel {\n    pub fn rotate(&self) {}\n}\n\npub fn go(wheel: &Wheel) {\n    wheel.rotate();\n}\n"}),
    "rust: tests of one name in two files": (RS, {"src/a.rs": "#[cfg(test)]\nmod tests {\n    #[test]\n    fn works() {}\n}\n"}, {"src/b.rs": "#[cfg(test)]\nmod tests {\n    #[test]\n    fn works() {}\n}\n"}),
    "rust: a name of std": (RS, put(RS, "src/math.rs", ("fn mean", "fn average")), {"src/app.rs": "use crate::math::Ring;\nuse stats::mean;\n\npub fn run(ring: &mut Ring) {\n    println!(\"{}\", mean(1));\n}\n"}),
    "go: one function for each system": (GO, {"store/open_linux.go": "package store\n\nfunc lock() {}\n"}, {"store/open_windows.go": "package store\n\nfunc lock() {}\n"}),
    "go: moved within its package": (GO, {**put(GO, "store/store.go", ("func Drop(name string) error {\n\treturn errors.New(name)\n}\n\n", ""), ("import \"errors\"\n\n", "")), "store/drop.go": "package store\n\nimport \"errors\"\n\nfunc Drop(name string) error {\n\treturn errors.New(name)\n}\n"},
        {"cmd/main.go": "package main\n\nimport \"example.org/app/store\"\n\nfunc main() {\n\tstore.Drop(\"x\")\n\tstore.List()\n}\n"}),
    "go: another package's name": (GO, put(GO, "store/store.go", ("func Drop", "func Remove")), {"cmd/x.go": "package main\n\nimport \"example.org/app/table\"\n\nfunc x() { table.Drop(\"x\") }\n"}),
    "go: main in two commands": (GO, {"cmd/a/main.go": "package main\n\nfunc main() {}\n"}, {"cmd/b/main.go": "package main\n\nfunc main() {}\n"}),
}  # fmt: skip
