#!/usr/bin/env python3
"""A second reader of Keyfold's formats. It follows docs/formats.md and shares no code with Keyfold; what opens records
was written from that document alone.

It needs Python 3.8 or newer and nothing else. Where the package `cryptography` is installed, its AES-256-GCM and its
Ed25519 are used, because they are fast and run in constant time; otherwise, or with --pure-python, those of
keyfold_ciphers.py.

    keyfold_reader.py open (--kek HEX | --keks FILE) [--pure-python] < records.jsonl

        stdin   exported records, one JSON object a line: the body of
                GET /v1/tenants/:tenant/records/:collection/:record?form=envelope
        --kek   one KEK, 64 hexadecimal digits, used for every record
        --keks  JSON lines { "key_id": UUID, "version": number, "kek": 64 hexadecimal digits }; other members are
                ignored, and lines without `kek` are passed over: what `keyfold recover --keks` writes will do. A record
                whose key version is not in the file is DECRYPT_FAILED.
        stdout  one line for each field that opened: { "collection", "record", "field", "value" }
        stderr  one line for each failure: { "line", "collection", "record", "field", "code" }. What is not known, or
                does not apply, is null; with "field": null nothing of that record was opened.

    keyfold_reader.py log LEAVES.jsonl [--anchor CHECKPOINTS --vkey VKEY] [--pure-python]

        file    either an export of the log ({ "leaf_index", "log", "entry" } lines, in any order), or the leaves of one
                or more trees, each tree's in the order of its indexes, one leaf a line: an entry (the exact bytes,
                which hold no line feed), or the head of a tenant's tree as a JSON string
        --anchor, --vkey
                the files anchors/checkpoints.log and anchors/log.vkey: every checkpoint is verified and held against
                the global tree
        stdout  one line for each tree: { "tree": tenant's UUID, "size", "root": base64 }, from an export with
                "unplaced", the number of entries that have no index yet; and, when there are operator's entries or
                heads, { "tree": "global", "size", "root", "heads_checked", "heads_unchecked", "checkpoints_checked" }.
                A head is checked when the entries of its tenant are in the file. An export holds no heads, so of the
                global tree it gives { "tree": "global", "size": null, "root": null, "entries" } alone.
        stderr  { "line", "code", "message" }; then nothing was printed. Codes are those of lib/audit/reasons.ts.

    keyfold_reader.py verify-document docs/formats.md [--pure-python]
    keyfold_reader.py verify-vectors lib/crypto/vectors [--pure-python]

        Writes and opens what the document's examples, or the vectors, state, and compares every byte.
        stdout  one line for each check: { "check", "ok" }

Exit status: 0 everything is in order, 1 something was refused, 2 wrong use.

Codes of `open`: ENVELOPE_MALFORMED (also: a line that is not such a JSON object), ENVELOPE_UNSUPPORTED,
DECRYPT_FAILED, INVALID_INPUT.
"""

import argparse
import json
import re
import sys

import keyfold_ciphers
from keyfold_examples import document_checks, vector_checks
from keyfold_formats import UUID_TEXT, ExportedRecord, Refused, malformed, parse_json
from keyfold_log import LogRefused, check_log


def _write(stream, members, ascii_only=False):
    line = json.dumps(members, ensure_ascii=ascii_only, separators=(",", ":")) + "\n"
    stream.buffer.write(line.encode("utf-8"))


def run_open(find_kek):
    status = 0

    def report(code, field=None):
        nonlocal status
        status = 1
        names = {name: export.get(name) if isinstance(export, dict) else None for name in ("collection", "record")}
        _write(sys.stderr, {"line": number, **names, "field": field, "code": code}, ascii_only=True)

    for number, line in enumerate(sys.stdin.buffer, 1):
        if not line.strip():
            continue
        export = None
        try:
            export = parse_json(line)
            if not isinstance(export, dict):
                raise malformed("not an object")
            record = ExportedRecord(export, find_kek)
        except Refused as refused:
            report(refused.code)
            continue
        except ValueError:
            report("ENVELOPE_MALFORMED")
            continue
        for name in record.fields:
            try:
                value = record.open_field(name)
            except Refused as refused:
                report(refused.code, name)
                continue
            place = {"collection": record.place["collection"], "record": record.place["record"]}
            _write(sys.stdout, {**place, "field": name, "value": value})
    return status


def run_log(path, anchor, vkey):
    def text(name):
        if name is None:
            return None
        with open(name, encoding="utf-8", newline="\n") as file:
            return file.read()

    try:
        answers = check_log(path, text(anchor), (text(vkey) or "").rstrip("\n"))
    except LogRefused as refused:
        _write(sys.stderr, {"line": refused.line, "code": refused.code, "message": str(refused)})
        return 1
    for members in answers:
        _write(sys.stdout, members)
    return 0


def run_checks(checks):
    status = 0
    for what, test in checks:
        try:
            ok = bool(test())
        except (Refused, ValueError):
            ok = False
        status = status if ok else 1
        _write(sys.stdout, {"check": what, "ok": ok})
    return status


def parse_kek(text):
    if not isinstance(text, str) or not re.fullmatch(r"[0-9a-fA-F]{64}", text):
        raise ValueError("a KEK is 64 hexadecimal digits")
    return bytes.fromhex(text)


def read_keks(path):
    keks = {}
    with open(path, "rb") as file:
        for line in filter(bytes.strip, file):
            member = parse_json(line)
            if "kek" not in member:
                continue
            name = (member["key_id"], member["version"])
            if not UUID_TEXT.fullmatch(name[0]) or type(name[1]) is not int or name in keks:
                raise ValueError("a wrong key id or version, or one that stands twice")
            keks[name] = parse_kek(member["kek"])
    return lambda key_id, version: keks.get((key_id, version))


def one_kek(text):
    kek = parse_kek(text)
    return lambda key_id, version: kek


def main(arguments):
    parser = argparse.ArgumentParser(description="Reads Keyfold's formats without Keyfold; see the head of this file.")
    commands = parser.add_subparsers(dest="command", required=True)
    opener = commands.add_parser("open", help="open exported records from stdin")
    keys = opener.add_mutually_exclusive_group(required=True)
    keys.add_argument("--kek", metavar="HEX")
    keys.add_argument("--keks", metavar="FILE")
    logger = commands.add_parser("log", help="recompute the roots of a log, and verify its checkpoints")
    logger.add_argument("file")
    logger.add_argument("--anchor", metavar="CHECKPOINTS")
    logger.add_argument("--vkey", metavar="VKEY")
    verifier = commands.add_parser("verify-document", help="check the examples of docs/formats.md")
    verifier.add_argument("file")
    vectors = commands.add_parser("verify-vectors", help="check the vectors in a folder")
    vectors.add_argument("folder")
    for command in (opener, logger, verifier, vectors):
        command.add_argument("--pure-python", action="store_true", help="do not use the package cryptography")
    options = parser.parse_args(arguments)
    keyfold_ciphers.pure_python = options.pure_python
    if options.command == "log":
        if (options.anchor is None) != (options.vkey is None):
            parser.error("--anchor and --vkey go together")
        return run_log(options.file, options.anchor, options.vkey)
    if options.command == "verify-document":
        return run_checks(document_checks(options.file))
    if options.command == "verify-vectors":
        return run_checks(vector_checks(options.folder))
    try:
        find_kek = read_keks(options.keks) if options.keks else one_kek(options.kek)
    except OSError as error:
        parser.error(str(error))
    except (ValueError, KeyError, TypeError) as error:
        # Never the line itself: it holds a key.
        parser.error("the keys cannot be read: " + (str(error) if type(error) is ValueError else type(error).__name__))
    return run_open(find_kek)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
