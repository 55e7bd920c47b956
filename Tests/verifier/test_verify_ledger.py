"""The independent verifier accepts sound ledgers, and names what is wrong with every other kind.

Run with `python3 -m unittest discover Tests/verifier`. The ledgers are built here, by a builder that shares no code
with the verifier: it signs by RFC 8032, and computes roots and paths by the recursive definitions of RFC 6962.
"""

import base64
import contextlib
import hashlib
import hmac
import io
import json
import os
import re
import subprocess
import sys
import tempfile
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
TOOL = os.path.join(ROOT, "Tools", "verify_ledger.py")
PAGE = os.path.join(ROOT, "Sources", "EventLog", "EventLog.docc", "LedgerFormat.md")
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(TOOL))
import verify_ledger  # noqa: E402


# --- A small Ed25519 signer ----------------------------------------------------------------------------------------

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P


def add(p, q):
    """Affine addition on the twisted Edwards curve, complete but slow: good enough to sign a few notes."""
    (x1, y1), (x2, y2) = p, q
    product = D * x1 * x2 * y1 * y2 % P
    return ((x1 * y2 + x2 * y1) * pow(1 + product, -1, P) % P, (y1 * y2 + x1 * x2) * pow(1 - product, -1, P) % P)


def multiply(scalar, point):
    result = (0, 1)
    for bit in bin(scalar)[2:]:
        result = add(result, result)
        result = add(result, point) if bit == "1" else result
    return result


def encode_point(point):
    return (point[1] | (point[0] & 1) << 255).to_bytes(32, "little")


BASE = (15112221349535400772501151409588531511454012693041857206046113283949847762202,
        46316835694926478169428394003475163141307993866256225615783033603165251855960)


class Key:
    """An Ed25519 key made from a one-byte seed, so that every ledger of these tests is the same on every run."""

    def __init__(self, seed):
        digest = hashlib.sha512(seed if isinstance(seed, bytes) else bytes([seed]) * 32).digest()
        self.scalar = int.from_bytes(digest[:32], "little") & (2**254 - 8) | 2**254
        self.prefix = digest[32:]
        self.public = encode_point(multiply(self.scalar, BASE))

    def sign(self, message):
        nonce = int.from_bytes(hashlib.sha512(self.prefix + message).digest(), "little") % L
        commitment = encode_point(multiply(nonce, BASE))
        challenge = int.from_bytes(hashlib.sha512(commitment + self.public + message).digest(), "little") % L
        return commitment + ((nonce + challenge * self.scalar) % L).to_bytes(32, "little")

    def id(self, name, kind=1):
        return hashlib.sha256(name.encode() + b"\n" + bytes([kind]) + self.public).digest()[:4]

    def verifier_key(self, name, kind=1):
        material = base64.b64encode(bytes([kind]) + self.public).decode()
        return f"{name}+{self.id(name, kind).hex()}+{material}"

    def line(self, name, text):
        return f"\u2014 {name} {base64.b64encode(self.id(name) + self.sign(text)).decode()}\n".encode()

    def cosignature(self, name, text, time):
        signature = self.sign(b"cosignature/v1\ntime %d\n" % time + text)
        data = self.id(name, 4) + time.to_bytes(8, "big") + signature
        return f"\u2014 {name} {base64.b64encode(data).decode()}\n".encode()


# --- A small ledger builder ----------------------------------------------------------------------------------------


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def canonical(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def leaf_of(line):
    return hashlib.sha256(b"\x00" + line).digest()


def root_of(leaves):
    """RFC 6962 §2.1, word for word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\x01" + root_of(leaves[:split]) + root_of(leaves[split:])).digest()


def path_of(index, leaves):
    """RFC 6962 §2.1.1, word for word."""
    if len(leaves) == 1:
        return []
    split = 1 << (len(leaves) - 1).bit_length() - 1
    if index < split:
        return path_of(index, leaves[:split]) + [root_of(leaves[split:])]
    return path_of(index - split, leaves[split:]) + [root_of(leaves[:split])]


LEDGER_ID = b64(bytes(range(16)))
ORIGIN = f"localhost:8080/ledger/{LEDGER_ID}"
KEY = Key(1)
OTHER_KEY = Key(2)
WITNESS = Key(3)
VERIFIER_KEY = KEY.verifier_key(ORIGIN)
SERVICE = {"credential": "sks_1", "home": "platform", "id": "app_svc", "kind": "application", "name": "Provisioner"}


class Segment:
    def __init__(self, subject, key, value, salt=b"\x2a" * 32):
        self.plaintext = salt + canonical(value)
        self.item = {
            "subject": subject, "key": key, "fields": sorted(value),
            "commitment": b64(hashlib.sha256(b"\x02" + self.plaintext).digest()),
        }

    def opening(self, index, ordinal):
        return canonical({"index": index, "ordinal": ordinal, "plaintext": b64(self.plaintext)})


class Builder:
    """Writes a ledger as a server would; `wrong` members of one entry overwrite what a server would write."""

    def __init__(self, **genesis):
        self.lines, self.entries, self.heads, self.versions, self.commands = [], [], {}, {}, 0
        self.command(dict(type="ledger.created", actor={"kind": "system"}, data={
            "ledger": LEDGER_ID, "origin": ORIGIN, "verifier_key": VERIFIER_KEY, "hash": "sha256",
            "secret_key": "hk_1", "key_check": b64(bytes(32)), "format": b64(bytes(32)), "software": "muniment 0.1.0",
            **genesis}))

    def command(self, *parts):
        self.commands += 1
        first = len(self.lines)
        for position, part in enumerate(parts):
            part = dict(part)
            wrong = part.pop("wrong", {})
            index = len(self.lines)
            entry = {
                "v": 1, "index": index, "id": "evt_" + b64(index.to_bytes(16, "big")), "class": "state", "result": "ok",
                "recorded_at": f"2026-11-20T10:{self.commands // 60:02}:{self.commands % 60:02}.000000Z",
                "chain": "platform", "actor": SERVICE, "data": {},
                "request": {"id": f"req_{self.commands}", "endpoint": "tests.write"},
            }
            entry.update(part)
            if len(parts) > 1:
                entry["batch"] = [position + 1, len(parts)]
            place = (entry["chain"], entry["class"])
            sequence, previous = self.heads.get(place, (-1, None))
            entry["sequence"] = sequence + 1
            if previous is not None:
                entry["previous"] = b64(previous)
            if entry["class"] == "state" and "stream" in entry:
                self.versions[entry["stream"]] = entry["version"] = self.versions.get(entry["stream"], 0) + 1
            entry.update(wrong)
            entry = {name: value for name, value in entry.items() if value is not None}
            line = canonical(entry)
            self.heads[place] = (sequence + 1, leaf_of(line))
            self.entries.append(entry)
            self.lines.append(line)
        return first

    def partner(self, name="prt_k9"):
        return self.command(
            dict(type="partner.created", chain=name, stream=name, data={"name": "Acme"}),
            dict(type="platform.partner_added", data={"partner": name}))

    def tenant(self, name="tnt_w1", partner="prt_k9"):
        return self.command(
            dict(type="tenant.created", chain=name, stream=name, data={"name": "Widget"}),
            dict(type="partner.tenant_added", chain=partner, data={"tenant": name}))

    def token(self, chain="platform", **more):
        part = dict(type="token.issued", chain=chain, stream="app_svc", data={"token": "tkn_1"}, **more)
        return self.command({**part, "class": "activity"})

    def attest(self, **wrong):
        lines = sorted(f"{chain}\n{group}\n{sequence}\n{b64(leaf)}\n".encode()
                       for (chain, group), (sequence, leaf) in self.heads.items())
        data = {"at": len(self.lines), "count": len(lines), "root": b64(root_of([leaf_of(line) for line in lines]))}
        return self.command(dict(type="chains.attested", actor={"kind": "system"}, data={**data, **wrong}))

    def retain(self, chain, before, **wrong):
        """The entry that lets a chain's activity before a sequence go, and the indexes it speaks of."""
        gone = [entry["index"] for entry in self.entries
                if (entry["chain"], entry["class"]) == (chain, "activity") and entry["sequence"] < before]
        data = {
            "chain": chain, "before_sequence": before, "last_leaf": b64(leaf_of(self.lines[gone[-1]])),
            "first_index": gone[0], "last_index": gone[-1], "count": len(gone), "counters": {},
        }
        index = self.command(dict(type="retention.applied", actor={"kind": "system"}, data={**data, **wrong}))
        return index, gone

    def destroy(self, key):
        data = {"key": key, "why": "asked"}
        return self.command(dict(type="data_key.destroyed", actor={"kind": "system"}, data=data))

    def leaves(self, size=None):
        return [leaf_of(line) for line in self.lines[:size]]

    def text(self, size=None, origin=ORIGIN):
        leaves = self.leaves(size)
        return f"{origin}\n{len(leaves)}\n{base64.b64encode(root_of(leaves)).decode()}\n".encode()

    def note(self, size=None, origin=ORIGIN, keys=(KEY,), witnesses=()):
        text = self.text(size, origin)
        lines = [key.line(origin, text) for key in keys]
        lines += [witness.cosignature(name, text, time) for name, witness, time in witnesses]
        return text + b"\n" + b"".join(lines)

    def proof(self, index, size=None, path=None, **note):
        path = path_of(index, self.leaves(size)) if path is None else path
        hashes = b"".join(base64.b64encode(item) + b"\n" for item in path)
        return b"c2sp.org/tlog-proof@v1\nindex %d\n%s\n%s" % (index, hashes, self.note(size, **note))


def removed_line(index, line, cover):
    return canonical({"index": index, "leaf": b64(leaf_of(line)), "removed_by": cover})


def sample():
    """Every kind of line a healthy ledger has: batches, two classes, streams, segments, an attestation."""
    ledger = Builder()
    ledger.command(dict(type="ledger.opened", actor={"kind": "system"}, request=None,
                        data={"stop": "clean", "views": "kept", "software": "muniment 0.1.0"}))
    ledger.partner()
    ledger.tenant()
    ledger.token()
    ledger.token(chain="tnt_w1")
    ledger.command({"type": "token.refused", "class": "activity", "result": "denied", "code": "invalid_scope",
                    "stream": "app_svc", "data": {"attempted": "token.issue"}})
    ledger.profile = Segment("usr_1", "usr_1/profile", {"email": "Zoë@example.com", "name": "Zoë"})
    ledger.profile_index = ledger.command(dict(
        type="user.created", chain="tnt_w1", stream="usr_1", data={"status": "ACTIVE"}, sealed=[ledger.profile.item]))
    ledger.command(dict(type="tenant.updated", chain="tnt_w1", stream="tnt_w1", data={"name": "Wídget \U0001d11e"}))
    ledger.attest()
    ledger.token()
    ledger.token()
    return ledger


class VerifierTest(unittest.TestCase):
    """Runs the command on bytes and reads its JSON."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def file(self, name, data):
        path = os.path.join(self.folder, name)
        with open(path, "wb") as file:
            file.write(data)
        return path

    def run_tool(self, *words):
        output = io.StringIO()
        with contextlib.redirect_stdout(output):
            status = verify_ledger.main([*words, "--format", "json"])
        result = json.loads(output.getvalue())
        self.assertEqual(status, 0 if result["ok"] else 1)
        self.assertEqual(result["ok"], not result["problems"])
        return result

    def verify(self, lines, *notes, key=VERIFIER_KEY, proofs=(), witnesses=()):
        words = ["--entries", self.file("entries", b"".join(line + b"\n" for line in lines))]
        for number, note in enumerate(notes):
            words += ["--checkpoint", self.file(f"checkpoint{number}", note)]
        for number, proof in enumerate(proofs):
            words += ["--proof", self.file(f"proof{number}", proof)]
        for witness in witnesses:
            words += ["--witness", witness]
        return self.run_tool(*words, *(["--key", key] if key else []))

    def accepts(self, lines, *notes, **more):
        result = self.verify(lines, *notes, **more)
        self.assertEqual(result["problems"], [])
        return result

    def refuses(self, what, lines, *notes, index=None, alone=False, **more):
        """The ledger is refused and one problem says why; `alone` when nothing else may be wrong with it."""
        problems = self.verify(lines, *notes, **more)["problems"]
        found = [problem for problem in problems if what in problem["what"] and index in (None, problem["index"])]
        self.assertTrue(found, f"nothing says {what!r} of {index} in {problems}")
        if alone:
            self.assertEqual(problems, found)

    def refuses_command(self, what, *parts, index=None, before=None):
        """A server that wrote and signed such a command is found out, and nothing else is complained of."""
        ledger = sample()
        if before is not None:
            before(ledger)
        first = ledger.command(*parts)
        self.refuses(what, ledger.lines, ledger.note(), index=first if index is None else first + index, alone=True)


class SoundLedgers(VerifierTest):
    def test_a_healthy_ledger_is_verified(self):
        ledger = sample()
        result = self.accepts(ledger.lines, ledger.note(), proofs=[ledger.proof(6), ledger.proof(0, 9)])
        self.assertEqual(result["entries"], len(ledger.lines))
        self.assertEqual(result["checkpoint"]["size"], len(ledger.lines))
        self.assertEqual(result["root"], base64.b64encode(root_of(ledger.leaves())).decode())
        self.assertEqual(result["segments"], {"matching": 0, "erased": 0, "sealed": 1, "wrong": 0})
        self.assertEqual(result["proofs"], [6, 0])
        self.assertEqual(result["notes"], [])

    def test_every_size_and_every_index_is_proven(self):
        ledger = sample()
        for index in range(len(ledger.lines)):
            for size in range(index + 1, len(ledger.lines) + 1):
                path = path_of(index, ledger.leaves(size))
                root = verify_ledger.root_of_path(leaf_of(ledger.lines[index]), index, size, path)
                self.assertEqual(root, root_of(ledger.leaves(size)))

    def test_entries_after_the_checkpoint_are_said_to_be_unsigned(self):
        ledger = sample()
        result = self.accepts(ledger.lines, ledger.note(9))
        self.assertIn("the last 5 are checked for themselves but not yet signed", " ".join(result["notes"]))

    def test_without_a_key_it_warns_that_agreement_is_all_it_shows(self):
        ledger = sample()
        result = self.accepts(ledger.lines, ledger.note(), key=None)
        self.assertIn("not who made them", result["notes"][0])

    def test_members_and_types_it_does_not_know_are_ignored(self):
        ledger = sample()
        ledger.command(dict(type="moon.eclipsed", stream="mon_1", data={"Umbra": {"ü": [True, None]}}, tide=[1]))
        self.accepts(ledger.lines, ledger.note())

    def test_a_pipe_is_read_like_a_file(self):
        ledger = sample()
        run = subprocess.run(
            [sys.executable, TOOL, "--entries", "-", "--checkpoint", self.file("c", ledger.note()),
             "--key", VERIFIER_KEY],
            input=b"".join(line + b"\n" for line in ledger.lines), stdout=subprocess.PIPE, check=False)
        self.assertEqual(run.returncode, 0)
        self.assertTrue(run.stdout.startswith(b"verified: 14 entries"), run.stdout)

    def test_wrong_usage_ends_with_two(self):
        for words in ([], ["--entries", "x"], ["--entries", "/nonexistent", "--checkpoint", "/nonexistent"],
                      ["--proof", "p", "--entry", "e"], ["--entries", "x", "--checkpoint", "c", "--key", "nonsense"]):
            with contextlib.redirect_stderr(io.StringIO()), self.assertRaises(SystemExit) as stop:
                verify_ledger.main(words)
            self.assertEqual(stop.exception.code, 2, words)


class TamperedLines(VerifierTest):
    """The checkpoint is genuine, the lines are not what it covers."""

    def setUp(self):
        super().setUp()
        self.ledger = sample()
        self.lines = list(self.ledger.lines)
        self.note = self.ledger.note()

    def test_a_changed_byte_anywhere_is_found(self):
        for index, line in enumerate(self.lines):
            for old, new in ((b"platform", b"platforn"), (b'"req_', b'"rek_'), (b"localhost", b"localhosx"),
                             (b"Acme", b"Acne"), (b"10:00:0", b"11:00:0"), (b"evt_AAA", b"evt_BAA")):
                if old in line:
                    changed = [*self.lines[:index], line.replace(old, new, 1), *self.lines[index + 1:]]
                    self.refuses("root is not the ledger's", changed, self.note)

    def test_a_dropped_line_is_found_wherever_it_stood(self):
        for index in range(len(self.lines) - 1):
            what = f"the line has index {index + 1} where {index} is due"
            self.refuses(what, self.lines[:index] + self.lines[index + 1:], self.note)

    def test_a_repeated_line_is_found(self):
        for index in range(len(self.lines)):
            what = f"the line has index {index} where {index + 1} is due"
            self.refuses(what, self.lines[:index + 1] + self.lines[index:], self.note)

    def test_swapped_lines_are_found(self):
        for index in range(1, len(self.lines)):
            lines = [*self.lines[:index - 1], self.lines[index], self.lines[index - 1], *self.lines[index + 1:]]
            self.refuses(f"the line has index {index} where {index - 1} is due", lines, self.note)

    def test_L7_a_truncated_tail_is_found(self):
        for size in range(1, len(self.lines)):
            self.refuses("the tail is missing", self.lines[:size], self.note)

    def test_an_empty_export_is_no_ledger(self):
        self.refuses("no entries", [], self.note)

    def test_a_last_line_without_its_line_feed_is_found(self):
        words = ["--checkpoint", self.file("c", self.note), "--key", VERIFIER_KEY]
        problems = self.run_tool("--entries", self.file("e", b"\n".join(self.lines)), *words)["problems"]
        self.assertIn("the last line does not end in a line feed: it is cut", [item["what"] for item in problems])

    def test_a_line_that_is_not_canonical_is_found(self):
        line = self.lines[6]
        for changed in (
            line.replace(b'":', b'": ', 1),                                  # a blank
            line.replace(b'"v":1}', b'"v":1.0}'), line.replace(b'"v":1}', b'"v":1e0}'),
            line.replace(b'"v":1}', b'"v":01}'), line.replace(b'"sequence":', b'"sequence":-', 1),
            line.replace(b'"v":1}', b'"v":1,"v":1}'),                        # a member twice
            line.replace(b'"v":1}', b'"v":1,"a":1}'),                        # out of order
            line.replace(b"app_svc", b"\\u0061pp_svc", 1),                   # an escape too many
            line.replace(b"Provisioner", b"\\ud800", 1),                     # half a surrogate pair
            line.replace(b"Provisioner", b"\xff", 1),                        # not UTF-8
            line.replace(b'"v":1}', b'"v":1,"z":9007199254740992}'),         # beyond 2^53-1
            line.replace(b'"v":1}', b'"v":1,"z":' + b"[" * 16 + b"]" * 16 + b"}"),
            line.replace(b'"v":1}', b'"v":1,"z":' + b"[" * 60_000),
            line.replace(b'"v":1}', b'"v":1,"z":"' + b"z" * 65_535 + b'"}'),
            line + b"\r", b"", b"[]", b"null",
        ):
            self.refuses("", [*self.lines[:6], changed, *self.lines[7:]], self.note, index=6)

    def test_a_line_of_no_known_kind_is_found(self):
        self.refuses("neither an entry", [*self.lines, b'{"index":14}'], self.note)


class Signatures(VerifierTest):
    def setUp(self):
        super().setUp()
        self.ledger = sample()
        self.lines = self.ledger.lines

    def test_another_key_is_refused(self):
        self.refuses("no known key signed it", self.lines, self.ledger.note(keys=[OTHER_KEY]), alone=True)
        self.refuses("", self.lines, self.ledger.note(), key=OTHER_KEY.verifier_key(ORIGIN))
        self.refuses("is not this ledger's", self.lines, self.ledger.note(), key=KEY.verifier_key("elsewhere"))
        both = self.ledger.note(keys=[KEY, OTHER_KEY])
        self.refuses("was not in use", self.lines, both, key=OTHER_KEY.verifier_key(ORIGIN), alone=True)

    def test_lines_of_unknown_keys_are_ignored(self):
        self.accepts(self.lines, self.ledger.note(keys=[OTHER_KEY, KEY, Key(9)]))

    def test_a_changed_root_size_or_signature_is_refused(self):
        note = self.ledger.note()
        root = base64.b64encode(root_of(self.ledger.leaves()))
        self.refuses("signature is wrong", self.lines, note.replace(root, base64.b64encode(bytes(32))))
        self.refuses("root is not the ledger's", self.lines, note.replace(root, base64.b64encode(bytes(32))))
        self.refuses("signature is wrong", self.lines, note.replace(b"\n14\n", b"\n13\n"))
        signature = base64.b64decode(note.split()[-1])
        for position in (4, 40, 67):
            changed = bytearray(signature)
            changed[position] ^= 1
            forged = note.replace(base64.b64encode(signature), base64.b64encode(bytes(changed)))
            self.refuses("signature is wrong", self.lines, forged, alone=True)

    def test_a_checkpoint_of_another_origin_is_refused(self):
        elsewhere = "elsewhere/ledger/" + LEDGER_ID
        self.refuses("is not the ledger's", self.lines, self.ledger.note(origin=elsewhere))

    def test_malformed_notes_are_refused(self):
        note = self.ledger.note()
        for changed in (b"", note[:-1], note.replace(b"\n\n", b"\n"), note.replace(b"\n14\n", b"\n014\n"),
                        note.replace("\u2014".encode(), b"-"), note.replace(b"\n14\n", b"\n14\t\n"), b"\xff" + note):
            self.refuses("checkpoint0: ", self.lines, changed)

    def test_witnesses_must_have_cosigned(self):
        name = "witness.example/w1"
        witness = WITNESS.verifier_key(name, 4)
        note = self.ledger.note(witnesses=[(name, WITNESS, 1_700_000_000)])
        result = self.accepts(self.lines, note, witnesses=[witness])
        self.assertEqual(result["witnesses"], [{"name": name, "time": 1_700_000_000}])
        self.refuses("did not cosign", self.lines, self.ledger.note(), witnesses=[witness], alone=True)
        forged = self.ledger.text() + b"\n" + KEY.line(ORIGIN, self.ledger.text())
        forged += WITNESS.cosignature(name, self.ledger.text(5), 1_700_000_000)
        self.refuses("cosignature of witness.example/w1 is wrong", self.lines, forged, witnesses=[witness], alone=True)

    def test_ed25519_agrees_with_rfc_8032_and_refuses_other_encodings(self):
        # RFC 8032 §7.1, tests 1 to 3.
        for secret, public, message, signature in (
            ("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
             "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
             "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f05"
             "95bbe24655141438e7a100b"),
            ("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
             "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
             "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb"
             "4302aeeb00d291612bb0c00"),
            ("c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
             "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
             "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e97"
             "16ed28dc027beceea1ec40a"),
        ):
            public, message, signature = map(bytes.fromhex, (public, message, signature))
            self.assertEqual(Key(bytes.fromhex(secret)).sign(message), signature)
            self.assertTrue(verify_ledger.is_signed(public, message, signature))
            self.assertFalse(verify_ledger.is_signed(public, message + b"!", signature))
            response = int.from_bytes(signature[32:], "little")
            malleable = signature[:32] + (response + L).to_bytes(32, "little")
            self.assertFalse(verify_ledger.is_signed(public, message, malleable))
        # The neutral point as key accepts everything unless points of small order are refused; so with y = p + 1.
        for neutral in (1, P + 1, 1 | 1 << 255):
            signature = encode_point(BASE) + (1).to_bytes(32, "little")
            self.assertFalse(verify_ledger.is_signed(neutral.to_bytes(32, "little"), b"", signature))


class Proofs(VerifierTest):
    def setUp(self):
        super().setUp()
        self.ledger = sample()

    def prove(self, proof, index=6, line=None, key=VERIFIER_KEY):
        entry = self.file("entry", (self.ledger.lines[index] if line is None else line) + b"\n")
        return self.run_tool("--proof", self.file("proof", proof), "--entry", entry, "--key", key)

    def refuses_proof(self, what, proof, **more):
        problems = [problem["what"] for problem in self.prove(proof, **more)["problems"]]
        self.assertTrue(any(what in problem for problem in problems), problems)

    def test_one_entry_is_proven_by_its_proof_alone(self):
        for index in range(len(self.ledger.lines)):
            self.assertEqual(self.prove(self.ledger.proof(index), index)["problems"], [])

    def test_extra_data_is_allowed_and_ignored(self):
        proof = self.ledger.proof(6).replace(b"\nindex", b"\nextra YWJj\nindex")
        self.assertEqual(self.prove(proof)["problems"], [])

    def test_a_path_one_hash_too_short_or_too_long_is_refused(self):
        path = path_of(6, self.ledger.leaves())
        for wrong, what in ((path[:-1], "too short"), (path[1:], "too short"), (path + [bytes(32)], "too long"),
                            ([], "too short")):
            self.refuses_proof(what, self.ledger.proof(6, path=wrong))
            self.refuses(what, self.ledger.lines, self.ledger.note(), proofs=[self.ledger.proof(6, path=wrong)])
        single = Builder()
        self.refuses("too long", single.lines, single.note(), proofs=[single.proof(0, path=[bytes(32)])])

    def test_a_changed_hash_index_entry_or_key_is_refused(self):
        path = path_of(6, self.ledger.leaves())
        self.refuses_proof("does not lead", self.ledger.proof(6, path=[bytes(32)] + path[1:]))
        self.refuses_proof("another index", self.ledger.proof(6).replace(b"index 6", b"index 7"))
        self.refuses_proof("outside", self.ledger.proof(6).replace(b"index 6", b"index 66"))
        self.refuses_proof("does not lead", self.ledger.proof(6), index=7)
        self.refuses_proof("does not lead", self.ledger.proof(6), line=self.ledger.lines[6].replace(b"tkn_1", b"tkn_2"))
        self.refuses_proof("no given key", self.ledger.proof(6), key=OTHER_KEY.verifier_key(ORIGIN))
        self.refuses_proof("no given key", self.ledger.proof(6, keys=[OTHER_KEY]))
        self.refuses_proof("no given key", self.ledger.proof(6), key=KEY.verifier_key("elsewhere"))

    def test_a_proof_of_another_history_is_refused(self):
        other = sample()
        other.token()
        other.lines[6] = other.lines[6].replace(b"tkn_1", b"tkn_2")
        self.refuses("root is not the ledger's at size 14", self.ledger.lines, self.ledger.note(),
                     proofs=[other.proof(7, 14)])
        self.refuses("no such entry", self.ledger.lines, self.ledger.note(), proofs=[other.proof(14)])

    def test_malformed_proofs_are_refused(self):
        proof = self.ledger.proof(6)
        for changed in (b"", proof[1:], proof.replace(b"index 6", b"index 06"), proof.replace(b"index 6\n", b""),
                        proof.replace(b"\n\n", b"\n"), proof.replace(b"index 6\n", b"index 6\nAAAA\n")):
            self.refuses_proof("proof: ", changed)


class BrokenRules(VerifierTest):
    """The server itself wrote and signed what the page forbids."""

    UPDATE = dict(type="tenant.updated", chain="tnt_w1", stream="tnt_w1", data={"name": "W"})
    ACTIVITY = {"type": "token.issued", "class": "activity", "data": {}}

    def test_a_rule_of_one_member(self):
        for what, wrong in (
            ("v is not 1", {"v": 2}), ("type is not", {"type": "tenant"}), ("type is not", {"type": "Tenant.updated"}),
            ("recorded_at is not", {"recorded_at": "2026-11-31T10:00:00.000000Z"}),
            ("recorded_at is not", {"recorded_at": "2026-11-20T10:00:00Z"}),
            ("id is not", {"id": "evt_AAAAAAAAAAAAAAAAAAAAAB"}), ("id is missing", {"id": None}),
            ("schema is not", {"schema": 1}), ("class is not", {"class": "other"}), ("data is not", {"data": []}),
            ("batch is not", {"batch": [1, 1]}), ("result is not", {"result": "fine"}),
            ("sequence is not", {"sequence": True}), ("chain is not", {"chain": "usr_1"}),
            ("previous is not", {"previous": "abc"}), ("version is not", {"version": 0}),
            ("sealed is not", {"sealed": []}), ("sealed is not", {"sealed": [{}] * 17}),
        ):
            ledger = sample()
            index = ledger.command({**self.UPDATE, "wrong": wrong})
            self.refuses(what, ledger.lines, ledger.note(), index=index)

    def test_several_faults_of_one_entry_are_all_named(self):
        ledger = sample()
        ledger.command({**self.UPDATE, "sealed": [{}], "actor": {"kind": 1}, "request": {"id": 1}, "wrong": {
            "v": "1", "stream": None, "id": None, "recorded_at": 5, "chain": [], "data": None}})
        whats = " ".join(problem["what"] for problem in self.verify(ledger.lines, ledger.note())["problems"])
        for what in ("v is not", "id is missing", "recorded_at is not", "chain is not", "data is missing",
                     "actor: kind is not", "request: endpoint is missing", "segment 0: commitment is missing"):
            self.assertIn(what, whats)

    def test_relations_between_members(self):
        for what, part in (
            ("a state entry is always ok", dict(self.UPDATE, result="denied", code="no")),
            ("code stands exactly", dict(self.UPDATE, code="no")),
            ("code stands exactly", dict(self.ACTIVITY, result="denied")),
            ("version stands exactly", dict(self.ACTIVITY, wrong={"version": 1, "stream": "app_x"})),
            ("version stands exactly", dict(type="tenant.updated", chain="tnt_w1", wrong={"version": 3})),
            ("cause is not an earlier", dict(self.UPDATE, cause=14)),
            ("compensates is not an earlier", dict(self.UPDATE, compensates=99)),
        ):
            self.refuses_command(what, part)

    def test_rules_of_actor_request_and_segments(self):
        user = {"kind": "user", "id": "usr_1", "home": "tnt_w1"}
        assurance = {"level": "multi", "methods": ["pwd", "otp"], "at": "2026-11-20T10:00:00.000000Z"}
        request = {"id": "req_1", "endpoint": "oauth.token"}
        mac = {"key": "hk_1", "mac": b64(bytes(32))}
        segment = Segment("usr_1", "usr_1/notes", {"reason": "x"}).item
        for what, part in (
            ("kind is not", {"actor": {"kind": "ghost"}}), ("kind is missing", {"actor": {}}),
            ("assurance is required", {"actor": user}),
            ("never stands in clear", {"actor": {**user, "name": "Zoë", "assurance": assurance}}),
            ("assurance is not", {"actor": {**user, "assurance": {**assurance, "level": "high"}}}),
            ("neither id nor credential", {"actor": {"kind": "anonymous", "id": "usr_1"}}),
            ("on_behalf_of is not", {"actor": {**SERVICE, "on_behalf_of": [{"kind": "user", "id": "usr_1"}] * 5}}),
            ("endpoint is not", {"request": {**request, "endpoint": "POST /x"}}),
            ("ip in clear", {"request": {**request, "ip": "192.0.2.1"}}),
            ("ip is not", dict(self.ACTIVITY, request={**request, "ip": "2001:DB8::1"})),
            ("ip is not", dict(self.ACTIVITY, request={**request, "ip": "::ffff:c000:201"})),
            ("user_agent in clear", dict(self.ACTIVITY, actor={"kind": "anonymous"},
                                         request={**request, "user_agent": "curl"})),
            ("user_agent is not", dict(self.ACTIVITY, request={**request, "user_agent": "é" * 129})),
            ("idempotency is not", {"request": {**request, "idempotency": {"key": "x", "fingerprint": mac}}}),
            ("subject is not", {"sealed": [{**segment, "subject": "Zoë"}]}),
            ("fields is not", {"sealed": [{**segment, "fields": ["b", "a"]}]}),
            ("fields is not", {"sealed": [{**segment, "fields": ["a", "a"]}]}),
            ("commitment is not", {"sealed": [{**segment, "commitment": b64(bytes(31))}]}),
        ):
            self.refuses_command(what, {**self.UPDATE, **part})
        sealed = {"kind": "user", "home": "platform"}
        named = Segment("platform", "platform/actors/2026-11", {"actor": {"id": "usr_1"}}).item
        for what, part in (
            ("one segment says who acted", {"actor": sealed}),
            ("one segment says who acted", {"actor": sealed, "sealed": [segment]}),
            ("one segment says who acted", {"actor": sealed, "sealed": [named, named]}),
            ("one segment says who acted", {"actor": {**user, "assurance": assurance}, "sealed": [named]}),
            ("one segment says who acted", {"actor": {"kind": "anonymous"}, "sealed": [named]}),
            ("home is required", {"actor": {"kind": "user"}, "sealed": [named]}),
            ("assurance of a sealed actor", {"actor": {**sealed, "assurance": assurance}, "sealed": [named]}),
            ("credential stands only with id", {"actor": {**sealed, "credential": "pky_1"}, "sealed": [named]}),
        ):
            self.refuses_command(what, {**self.UPDATE, **part})
        ledger = sample()
        ledger.command({**self.UPDATE, "actor": sealed, "sealed": [segment, named]})
        ledger.command({**self.UPDATE, "actor": {**user, "assurance": assurance, "session": "ses_1"},
                        "request": {**request, "idempotency": {"key": mac, "fingerprint": mac}}})
        ledger.command({**self.ACTIVITY, "request": {**request, "ip": "::ffff:192.0.2.1", "user_agent": "é" * 128}})
        self.accepts(ledger.lines, ledger.note())

    def test_rules_of_the_ledgers_own_entries(self):
        system = {"actor": {"kind": "system"}}
        for what, part in (
            ("is a state entry of platform", dict(system, type="clock.stepped", chain="tnt_w1")),
            ("has no stream", dict(system, type="clock.stepped", stream="clk_1")),
            ("is an activity entry", dict(system, type="command.failed")),
            ("key is missing", dict(system, type="data_key.destroyed", data={"why": "x"})),
            ("root is missing", dict(system, type="chains.attested", data={"at": 1, "count": 1})),
            ("from is not", dict(system, type="ledger.forked", data={"from": {}})),
        ):
            self.refuses_command(what, part)
        ledger = sample()
        ledger.command(dict(system, type="ledger.created", data=ledger.entries[0]["data"]))
        self.refuses("ledger.created stands at index 0", ledger.lines, ledger.note(), index=14)
        for what, genesis in (
            ("hash is not", {"hash": "sha3"}), ("verifier_key: ", {"verifier_key": "(C2SP key)"}),
            ("origin is not", {"origin": "localhost/ledger/elsewhere"}), ("format is not", {"format": "x"}),
            ("does not sign for", {"verifier_key": KEY.verifier_key("elsewhere")}),
        ):
            ledger = Builder(**genesis)
            self.refuses(what, ledger.lines, ledger.note(), index=0)

    def test_an_id_used_twice(self):
        self.refuses_command("was used before", {**self.UPDATE, "wrong": {"id": "evt_" + b64(bytes(16))}})

    def test_a_clock_that_stands_or_goes_back(self):
        for time in ("2026-11-20T10:00:01.000000Z", sample().entries[-1]["recorded_at"]):
            self.refuses_command("does not come after", {**self.UPDATE, "recorded_at": time})

    def test_a_wrong_sequence_previous_or_version(self):
        self.refuses_command("sequence 9 of tnt_w1/state where 3 is due", {**self.UPDATE, "wrong": {"sequence": 9}})
        self.refuses_command("previous is not the last leaf", {**self.UPDATE, "wrong": {"previous": b64(bytes(32))}})
        self.refuses_command("previous stands in every entry", {**self.UPDATE, "wrong": {"previous": None}})
        self.refuses_command("version 2 of tnt_w1 where 3 is due", {**self.UPDATE, "wrong": {"version": 2}})
        self.refuses_command("version 5 of usr_9 where 1 is due",
                             dict(type="user.created", chain="tnt_w1", stream="usr_9", wrong={"version": 5}))

    def test_a_chain_begins_with_the_creation_of_its_owner(self):
        self.refuses_command("does not begin with its tenant.created",
                             dict(type="tenant.updated", chain="tnt_x", stream="tnt_x"))
        self.refuses_command("does not begin with its partner.created", dict(self.ACTIVITY, chain="prt_x"))

    def test_a_cut_or_mixed_batch(self):
        ledger = sample()
        ledger.command({**self.UPDATE, "wrong": {"batch": [1, 2]}})
        self.refuses("the ledger ends inside a batch", ledger.lines, ledger.note(), index=14)
        self.refuses_command("the batch begins with its entry 2", {**self.UPDATE, "wrong": {"batch": [2, 2]}})
        for batch in (None, [2, 3], [1, 2]):
            second = {**self.UPDATE, "wrong": {"batch": batch}}
            self.refuses_command("entry 2 of the batch of 2", self.UPDATE, second, index=1)
        late = {**self.UPDATE, "recorded_at": "2026-11-20T11:00:00.000000Z"}
        self.refuses_command("differs from its batch", self.UPDATE, late, index=1)
        other = {**self.UPDATE, "request": {"id": "req_other", "endpoint": "tests.write"}}
        self.refuses_command("differs from its batch", self.UPDATE, other, index=1)
        ledger = sample()
        self.refuses("falls inside a batch", ledger.lines, ledger.note(3), alone=True)

    def test_a_wrong_attestation(self):
        for what, wrong in (("should attest 5 heads at 14", {"count": 4}), ("should attest 5 heads at 14", {"at": 13}),
                            ("its root is not that of the chains' heads", {"root": b64(bytes(32))})):
            ledger = sample()
            ledger.attest(**wrong)
            self.refuses(what, ledger.lines, ledger.note(), index=14, alone=True)


class Openings(VerifierTest):
    def setUp(self):
        super().setUp()
        self.ledger = sample()
        self.at = self.ledger.profile_index

    def with_openings(self, *openings):
        lines = self.ledger.lines
        return [*lines[:self.at + 1], *openings, *lines[self.at + 1:]]

    def test_an_opening_that_matches(self):
        result = self.accepts(self.with_openings(self.ledger.profile.opening(self.at, 0)), self.ledger.note())
        self.assertEqual(result["segments"], {"matching": 1, "erased": 0, "sealed": 0, "wrong": 0})

    def test_an_opening_erased_by_the_destruction_of_its_key(self):
        cover = self.ledger.destroy("usr_1/profile")
        erased = canonical({"index": self.at, "ordinal": 0, "erased_by": cover})
        result = self.accepts(self.with_openings(erased), self.ledger.note())
        self.assertEqual(result["segments"], {"matching": 0, "erased": 1, "sealed": 0, "wrong": 0})
        self.assertEqual(result["erased"], 1)
        opened = self.accepts(self.with_openings(self.ledger.profile.opening(self.at, 0)), self.ledger.note())
        self.assertIn("destroyed their keys later", opened["notes"][0])

    def test_a_wrong_opening(self):
        self.ledger.destroy("usr_2/profile")
        forged = Segment("usr_1", "usr_1/profile", {"email": "eve@example.com", "name": "Eve"})
        contents = ({"plaintext": "!"}, {"plaintext": 7}, {"erased_by": 14}, {"erased_by": 5}, {"erased_by": "14"})
        for opening in (forged.opening(self.at, 0),
                        *(canonical({"index": self.at, "ordinal": 0, **content}) for content in contents)):
            lines = self.with_openings(opening)
            self.refuses("segment 0 is wrong", lines, self.ledger.note(), index=self.at, alone=True)
        result = self.verify(self.with_openings(forged.opening(self.at, 0)), self.ledger.note())
        self.assertEqual(result["segments"], {"matching": 0, "erased": 0, "sealed": 0, "wrong": 1})

    def test_a_commitment_to_something_else_than_the_fields_named(self):
        for value, salt in (({"other": 1}, b"\x2a" * 32), ({}, b"\x2a" * 32)):
            segment = Segment("usr_1", "usr_1/x", value, salt)
            ledger = sample()
            index = ledger.command(dict(type="user.updated", chain="tnt_w1", stream="usr_1",
                                        sealed=[{**segment.item, "fields": ["email"]}]))
            lines = [*ledger.lines, segment.opening(index, 0)]
            self.refuses("are not the fields named", lines, ledger.note(), index=index, alone=True)

    def test_an_opening_that_fits_no_segment(self):
        opening = self.ledger.profile.opening
        for lines in (self.with_openings(opening(self.at, 1)), self.with_openings(opening(self.at - 1, 0)),
                      self.with_openings(opening(self.at, 0), opening(self.at, 0)),
                      [*self.ledger.lines, opening(self.at, 0)]):
            self.refuses("fits no segment", lines, self.ledger.note(), alone=True)

    def test_a_key_used_after_its_destruction(self):
        self.ledger.destroy("usr_1/profile")
        index = self.ledger.command(dict(type="user.updated", chain="tnt_w1", stream="usr_1",
                                         sealed=[Segment("usr_1", "usr_1/profile", {"name": "Z"}).item]))
        self.refuses("destroyed its key before", self.ledger.lines, self.ledger.note(), index=index, alone=True)


class Removals(VerifierTest):
    def setUp(self):
        super().setUp()
        self.ledger = sample()
        for _ in range(3):
            self.ledger.token()
        self.cover, self.gone = self.ledger.retain("platform", 3)
        self.ledger.attest()
        self.ledger.token()

    def lines(self, gone=None, cover=None, ledger=None):
        ledger = ledger or self.ledger
        gone = self.gone if gone is None else gone
        return [removed_line(index, line, self.cover if cover is None else cover) if index in gone else line
                for index, line in enumerate(ledger.lines)]

    def test_removed_lines_that_a_retention_covers(self):
        result = self.accepts(self.lines(), self.ledger.note(), proofs=[self.ledger.proof(self.gone[0])])
        self.assertEqual(result["removed"], 3)
        self.accepts(self.ledger.lines, self.ledger.note())

    def test_a_second_retention_and_a_chain_whose_activity_is_all_gone(self):
        second, more = self.ledger.retain("platform", 7, first_index=15, count=4)
        lines = [removed_line(index, line, second) if index in more[3:] else line
                 for index, line in enumerate(self.lines())]
        first_of_second = more[3]
        self.ledger.lines.pop(second)
        self.ledger.entries.pop(second)
        # Written again, now that the first index of its run is known.
        self.ledger.heads["platform", "state"] = (
            self.ledger.entries[-2]["sequence"], leaf_of(self.ledger.lines[-2]))
        second, _ = self.ledger.retain("platform", 7, first_index=first_of_second, count=4)
        self.ledger.token()
        self.ledger.attest()
        lines = lines[:second] + self.ledger.lines[second:]
        result = self.accepts(lines, self.ledger.note())
        self.assertEqual(result["removed"], 7)

    def test_a_removal_within_a_batch(self):
        ledger = sample()
        index = ledger.command(dict(BrokenRules.ACTIVITY, chain="prt_k9"),
                               dict(BrokenRules.UPDATE), dict(BrokenRules.ACTIVITY, chain="prt_k9"))
        cover, gone = ledger.retain("prt_k9", 2)
        self.assertEqual(gone, [index, index + 2])
        self.accepts(self.lines(gone, cover, ledger), ledger.note())

    def test_a_removed_line_that_nothing_covers(self):
        ledger = sample()
        for cover in (2, 13, 99):
            self.refuses(f"entry {cover} does not cover it", self.lines([6], cover, ledger), ledger.note(), index=6)
        self.refuses("does not cover it", self.lines(self.gone + [3]), self.ledger.note(), index=3)
        self.refuses("does not cover it", self.lines(self.gone + [len(self.ledger.lines) - 1]), self.ledger.note())

    def test_too_few_or_other_lines_removed(self):
        self.refuses("2 of the 3 entries", self.lines(self.gone[:2]), self.ledger.note(), index=self.cover)
        self.refuses("is kept", self.lines(self.gone[1:]), self.ledger.note())
        self.refuses("", self.lines([self.gone[0], 7, self.gone[2]]), self.ledger.note())

    def test_a_removed_line_with_another_leaf(self):
        lines = self.lines()
        lines[self.gone[-1]] = removed_line(self.gone[-1], b"something else", self.cover)
        self.refuses("root is not the ledger's", lines, self.ledger.note())
        self.refuses("last_index or last_leaf", lines, self.ledger.note())

    def test_a_malformed_removed_line(self):
        for line in (b'{"index":6,"leaf":"x","removed_by":17}', canonical({"index": 6, "leaf": b64(bytes(32))})):
            lines = self.lines()
            lines[6] = line
            self.refuses("the removed line is malformed", lines, self.ledger.note(), index=6)

    def test_a_retention_that_speaks_of_other_entries(self):
        for what, wrong in (("count is not", {"count": 2}), ("first_index", {"first_index": 5}),
                            ("last_leaf", {"last_leaf": b64(bytes(32))}), ("last_index", {"last_index": 99}),
                            ("do not come before it", {"before_sequence": 50, "count": 50})):
            ledger = sample()
            index, _ = ledger.retain("platform", 3, **wrong)
            self.refuses(what, ledger.lines, ledger.note(), index=index)

    def test_a_retention_beyond_the_checkpoint_covers_nothing(self):
        self.refuses("the checkpoint does not cover it", self.lines(), self.ledger.note(self.cover), alone=True)


class KeysAndForks(VerifierTest):
    def setUp(self):
        super().setUp()
        self.ledger = sample()
        self.overlap = self.key_entry("created", OTHER_KEY) + 1
        self.ledger.token()
        self.retired = self.key_entry("retired", KEY)
        self.ledger.token()

    def key_entry(self, act, key, origin=ORIGIN):
        stream = "cpk_" + key.public.hex()[:8]
        return self.ledger.command(dict(type=f"checkpoint_key.{act}", stream=stream, actor={"kind": "system"},
                                        data={"verifier_key": key.verifier_key(origin)}))

    def test_a_checkpoint_of_the_overlap_hands_trust_to_the_next_key(self):
        both = self.ledger.note(self.overlap, keys=[KEY, OTHER_KEY])
        last = self.ledger.note(keys=[OTHER_KEY])
        self.accepts(self.ledger.lines, last, both)
        self.accepts(self.ledger.lines, both)
        self.accepts(self.ledger.lines, last, key=OTHER_KEY.verifier_key(ORIGIN))
        self.refuses("give that --key", self.ledger.lines, last, alone=True)

    def test_a_key_signs_only_while_it_is_in_use(self):
        self.refuses("was not in use", self.ledger.lines, self.ledger.note(keys=[KEY]), alone=True)
        early = self.ledger.note(self.overlap - 1, keys=[OTHER_KEY])
        self.refuses("no known key", self.ledger.lines, early)

    def test_wrong_key_entries(self):
        for what, act, key, origin in (
            ("does not sign for", "created", Key(7), "elsewhere"), ("was created before", "created", KEY, ORIGIN),
            ("no key in use", "retired", KEY, ORIGIN), ("no key in use", "retired", Key(7), ORIGIN),
        ):
            self.setUp()
            index = self.key_entry(act, key, origin)
            self.refuses(what, self.ledger.lines, self.ledger.note(keys=[OTHER_KEY]), index=index)

    def test_a_fork_changes_the_origin_of_what_is_longer(self):
        ledger = sample()
        abandoned = {"origin": ORIGIN, "size": 40, "root": b64(bytes(32))}
        fork = ledger.command(dict(type="ledger.forked", actor={"kind": "system"}, data={"from": abandoned}))
        origin = f"{ORIGIN}/{fork}"
        ledger.token()
        result = self.accepts(ledger.lines, ledger.note(origin=origin))
        self.assertIn(f"forked at entry {fork}", result["notes"][0])
        self.accepts(ledger.lines, ledger.note(origin=origin), key=KEY.verifier_key(origin))
        self.accepts(ledger.lines, ledger.note(fork))
        self.refuses("is not the ledger's", ledger.lines, ledger.note(fork + 1), alone=True)
        ledger.command(dict(type="ledger.forked", actor={"kind": "system"}, data={"from": abandoned}))
        self.refuses("forked from another origin", ledger.lines, ledger.note(fork, origin), alone=False)


class Vectors(VerifierTest):
    """The page's own examples, so that page and verifier cannot part."""

    @classmethod
    def setUpClass(cls):
        with open(PAGE, encoding="utf-8") as file:
            cls.page = file.read()
        cls.blocks = dict(re.findall(r"<!-- vector: ([a-z-]+) -->\n```[a-z]*\n(.*?)```", cls.page, re.S))

    def block(self, name):
        return self.blocks[name].encode("utf-8")

    def rows(self, name):
        return dict(line.split(" = ", 1) for line in self.blocks[name].splitlines())

    def test_canonical_json(self):
        rows = self.rows("canonical")
        line = bytes.fromhex(rows["bytes"])
        value = verify_ledger.parse_canonical(line)
        self.assertEqual(list(value["b"]), ["\U00010000", "\ue000"])
        self.assertEqual(value["c"], ["\u00e9", "e\u0301"])
        self.assertEqual(value["d"], "\x00\x1f\b\t\n\f\r\"\\/")
        self.assertEqual(leaf_of(line).hex(), rows["leaf"])
        # Names sort by UTF-16 code units: a surrogate pair before U+E000, unlike its code point.
        value = verify_ledger.parse_canonical('{"\U00010000":1,"\ue000":2}'.encode())
        self.assertEqual(value, {"\U00010000": 1, "\ue000": 2})
        with self.assertRaises(verify_ledger.Malformed):
            verify_ledger.parse_canonical('{"\ue000":2,"\U00010000":1}'.encode())

    def test_segment(self):
        rows = self.rows("segment")
        plaintext = bytes.fromhex(rows["salt"]) + rows["json"].encode()
        commitment = hashlib.sha256(b"\x02" + plaintext).digest()
        self.assertEqual(commitment.hex(), rows["commitment"])
        item = {"commitment": b64(commitment), "fields": sorted(json.loads(rows["json"]))}
        self.assertIsNone(verify_ledger.opening_fault(item, plaintext))
        # HKDF-SHA-256 with one block of output, RFC 5869.
        extracted = hmac.new(bytes.fromhex(rows["ledger id"]), bytes.fromhex(rows["data key"]), hashlib.sha256).digest()
        info = b"muniment/v1/segment\x00" + commitment
        self.assertEqual(hmac.new(extracted, info + b"\x01", hashlib.sha256).hexdigest(), rows["K"])
        self.assertEqual(len(bytes.fromhex(rows["row"])), 1 + len(plaintext) + 16)

    def test_actors(self):
        for row in self.blocks["actors"].splitlines():
            verdict, actor, segments = row.split(" ", 2)
            sealed = [Segment("platform", "k", {name: 1 for name in fields}).item for fields in json.loads(segments)]
            ledger = sample()
            ledger.command(dict(BrokenRules.UPDATE, actor=json.loads(actor), **({"sealed": sealed} if sealed else {})))
            problems = self.verify(ledger.lines, ledger.note())["problems"]
            self.assertEqual(verdict == "right", not problems, f"{row}: {problems}")

    def test_an_entry_that_seals_its_actor(self):
        rows, line = self.rows("sealed-actor-segment"), self.block("sealed-actor").rstrip(b"\n")
        self.assertEqual(leaf_of(line).hex(), rows["leaf"])
        entry = verify_ledger.parse_canonical(line)
        self.assertEqual(list(verify_ledger.broken_rules(entry)), [])
        plaintext = bytes.fromhex(rows["salt"]) + rows["json"].encode()
        [item] = entry["sealed"]
        self.assertIsNone(verify_ledger.opening_fault(item, plaintext))
        self.assertEqual(item["commitment"], b64(bytes.fromhex(rows["commitment"])))
        unnamed = {**entry, "sealed": [{**item, "fields": ["ip", "reason"]}]}
        self.assertEqual([member for member, _ in verify_ledger.broken_rules(unnamed)], ["actor"])

    def test_mac(self):
        rows = self.rows("mac")
        message = b"muniment/v1/secret\x00" + rows["kind"].encode() + b"\x00" + rows["secret"].encode()
        mac = hmac.new(bytes.fromhex(rows["MAC key"]), message, hashlib.sha256).hexdigest()
        self.assertEqual(mac, rows["mac"])

    def test_the_seven_entries_their_root_checkpoint_and_proof(self):
        lines = self.block("ledger").splitlines()
        rows = self.rows("root")
        self.assertEqual([leaf_of(line).hex() for line in lines], [rows[f"leaf {index}"] for index in range(7)])
        self.assertEqual(root_of([leaf_of(line) for line in lines]).hex(), rows["root"])
        result = self.verify(lines, self.block("checkpoint"), key=rows["verifier key"], proofs=[self.block("proof")])
        # Genesis holds a placeholder where its key belongs, so its ledger knows no key: nothing else is amiss.
        self.assertEqual([problem["what"] for problem in result["problems"]],
                         ["verifier_key: it is no Ed25519 verifier key",
                          "checkpoint: the key that signed it was not in use at size 7",
                          "proof of entry 5: the key that signed it was not in use at size 7"])
        entry, proof = self.file("entry", lines[5]), self.file("proof", self.block("proof"))
        self.assertTrue(self.run_tool("--entry", entry, "--proof", proof, "--key", rows["verifier key"])["ok"])

    def test_public_tree_and_note_vectors(self):
        leaves = [bytes.fromhex(text) for text in (
            "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")]
        roots = (
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
            "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
            "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328")
        tree = verify_ledger.CompactRange()
        for leaf, root in zip([*leaves, None], roots):
            self.assertEqual(tree.root().hex(), root)
            if leaf is not None:
                tree.append(verify_ledger.leaf_hash(leaf))
        proof = verify_ledger.Proof.parse((
            "c2sp.org/tlog-proof@v1\nindex 5\nvBoGQ7EuTS18d5GPROD095qDi2z57FtcKD4fTYhZnms=\n"
            "yoVOoSjtBQtBs1/8G4e46yveRh6eO1WW7Oa51ZdaCuA=\n037kGJdt2VdTwcc4Yrk5j6Kiz5tP8P3+izDNlSCWFLc=\n\n"
            "ledger.example/t1\n8\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n\n"
            "\u2014 ledger.example/t1 vmgruni99Lg6tA1ht9YG1UlBp2j0BSA9nrOQMq0ktdDOVQrD7AuaiXsFC7oMAv2a6lfUXGED"
            "hZEcgZQYJAyBEGp5dQs=\n\u2014 witness.example/w1 IDJKvgAAAABlU/EAdjUSK1XaxlAJDK2cnIAOYV/tz5SyTaYUTQvo"
            "RPQdWdLgMJPslvOPluf3W+jobPMiI2qtBtBtpnxSb0svGT5VBg==\n").encode())
        log = verify_ledger.VerifierKey.parse("ledger.example/t1+be682bba+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4")
        witness = verify_ledger.VerifierKey.parse(
            "witness.example/w1+20324abe+BCmsuuFBvMrwsi4alNNNC8c2HlJtC/4SyJeUvJMilm3X")
        self.assertIsNone(proof.fault(verify_ledger.leaf_hash(leaves[5])))
        self.assertEqual(proof.checkpoint.valid_keys([log.public]), {log.public})
        self.assertEqual(proof.checkpoint.cosigned_at(witness), 1_700_000_000)


if __name__ == "__main__":
    unittest.main()
