"""Licences by name and by text, and how much each asks for."""

from __future__ import annotations

import re
from typing import Literal

Kind = Literal["permissive", "weak copyleft", "strong copyleft", "restricted", "unknown"]

#: What only stands in the text of one licence; the more particular first.
_TEXTS: tuple[tuple[str, str], ...] = (
    ("AGPL-3.0", r"GNU AFFERO GENERAL PUBLIC LICENSE"),
    ("LGPL-3.0", r"GNU LESSER GENERAL PUBLIC LICENSE\s+Version 3"),
    ("LGPL-2.1", r"GNU LESSER GENERAL PUBLIC LICENSE\s+Version 2\.1"),
    ("GPL-3.0", r"GNU GENERAL PUBLIC LICENSE\s+Version 3"),
    ("GPL-2.0", r"GNU GENERAL PUBLIC LICENSE\s+Version 2"),
    ("MPL-2.0", r"Mozilla Public License,? Version 2\.0"),
    ("EPL-2.0", r"Eclipse Public License - v 2\.0"),
    ("EUPL-1.2", r"EUROPEAN UNION PUBLIC LICENCE v\. ?1\.2"),
    ("SSPL-1.0", r"Server Side Public License"),
    ("BUSL-1.1", r"Business Source License 1\.1"),
    ("Elastic-2.0", r"Elastic License 2\.0"),
    ("Apache-2.0", r"Apache License,?\s+Version 2\.0"),
    ("Artistic-2.0", r"The Artistic License 2\.0"),
    ("BSL-1.0", r"Boost Software License - Version 1\.0"),
    ("CC0-1.0", r"CC0 1\.0 Universal"),
    ("Unlicense", r"This is free and unencumbered software released into the public domain"),
    ("0BSD", r"distribute this software for any purpose with or without fee is hereby granted\.(?!.{0,40}provided)"),
    ("ISC", r"distribute this software for any purpose with or without fee is hereby granted, provided"),
    ("MIT", r"Permission is hereby granted, free of charge, to any person obtaining a copy of this software"),
    ("BSD-3-Clause", r"Redistribution and use in source and binary forms.*be used to endorse"),
    ("BSD-2-Clause", r"Redistribution and use in source and binary forms"),
    ("Zlib", r"This software is provided ['\"]?as-is['\"]?, without any express or implied warranty"),
)  # fmt: skip
_COMPILED = tuple(
    (name, re.compile(pattern.replace(" ", r"\s+"), re.IGNORECASE | re.DOTALL)) for name, pattern in _TEXTS
)

_KINDS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    ("restricted", re.compile(r"(?i)sspl|busl|bsl-1\.1|elastic|commons.clause|proprietary|commercial|unlicensed|\bfsl-"
                              r"|all rights reserved|see license|cc-by-nc|polyform")),
    ("strong copyleft", re.compile(r"(?i)(?<![a-z])a?gpl|affero|gnu general|eupl|cc-by-sa|osl-3")),
    ("weak copyleft", re.compile(r"(?i)lgpl|lesser general|mpl|mozilla|epl|eclipse|cddl|cecill")),
    ("permissive", re.compile(r"(?i)mit|apache|bsd|isc|unlicense|0bsd|zlib|cc0|boost|bsl-1\.0|python|psf|artistic|blueoak"
                              r"|public domain|wtfpl|x11|ncsa|hpnd|zpl|zope|unicode|cc-by-\d|postgresql|libpng|openssl"
                              r"|afl|upl|ruby|curl")),
)  # fmt: skip


def licence_of_text(text: str) -> str:
    """Return the SPDX name of a licence's text; "" for one that is not known."""
    text = text[:60_000]
    return next((name for name, pattern in _COMPILED if pattern.search(text)), "")


def kind_of(licence: str) -> Kind:
    """Judge a name or an SPDX expression: of ``A OR B`` the gentler counts, of ``A AND B`` the stricter."""
    either = re.split(r"(?i)\s+or\s+|\s*/\s*|\s*\|\|?\s*", licence.strip("() "))
    return min((_all_of(one) for one in either), key=_STRICTNESS.index)


_STRICTNESS: tuple[Kind, ...] = ("permissive", "weak copyleft", "strong copyleft", "restricted", "unknown")


def _all_of(licences: str) -> Kind:
    parts = re.split(r"(?i)\s+and\s+|[,;]", licences)
    return max((_kind_of_one(one) for one in parts), key=_STRICTNESS.index)


def _kind_of_one(licence: str) -> Kind:
    if "lgpl" in licence.lower() or "lesser" in licence.lower():
        return "weak copyleft"
    return next((kind for kind, pattern in _KINDS if pattern.search(licence)), "unknown")
