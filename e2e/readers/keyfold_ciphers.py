"""AES-256-GCM (FIPS 197, NIST SP 800-38D) and Ed25519 (RFC 8032); used by keyfold_reader.py.

Where possible by the package `cryptography`, which is fast and runs in constant time; otherwise, or when `pure_python`
is set, by what stands here.
"""

import hashlib
import hmac
import struct

pure_python = False


def _aes_tables():
    power, log = [0] * 256, [0] * 256
    x = 1
    for i in range(255):  # powers of 3, a generator of the field
        power[i], log[x] = x, i
        x ^= (x << 1) ^ (0x11B if x & 0x80 else 0)
        x &= 0xFF
    sbox = []
    for value in range(256):
        b = 0 if value == 0 else power[(255 - log[value]) % 255]
        sbox.append(b ^ _rotl8(b, 1) ^ _rotl8(b, 2) ^ _rotl8(b, 3) ^ _rotl8(b, 4) ^ 0x63)
    first = []
    for s in sbox:
        twice = (s << 1) ^ (0x11B if s & 0x80 else 0)
        first.append(twice << 24 | s << 16 | s << 8 | (twice ^ s))
    rounds = [[(t >> 8 * n | t << (32 - 8 * n)) & 0xFFFFFFFF for t in first] for n in range(4)]
    return sbox, rounds


def _rotl8(b, n):
    return (b << n | b >> (8 - n)) & 0xFF


SBOX, ROUND_TABLES = _aes_tables()


def _sub_word(w):
    return SBOX[w >> 24] << 24 | SBOX[w >> 16 & 255] << 16 | SBOX[w >> 8 & 255] << 8 | SBOX[w & 255]


class _Aes256:
    def __init__(self, key):
        words = list(struct.unpack(">8I", key))
        rcon = 1
        for i in range(8, 60):
            w = words[i - 1]
            if i % 8 == 0:
                w = _sub_word((w << 8 | w >> 24) & 0xFFFFFFFF) ^ rcon << 24
                rcon <<= 1
            elif i % 8 == 4:
                w = _sub_word(w)
            words.append(words[i - 8] ^ w)
        self.words = words

    def block(self, data):
        k = self.words
        t0, t1, t2, t3 = ROUND_TABLES
        s = [w ^ k[i] for i, w in enumerate(struct.unpack(">4I", data))]
        for r in range(4, 56, 4):
            s = [
                t0[s[i] >> 24]
                ^ t1[s[(i + 1) & 3] >> 16 & 255]
                ^ t2[s[(i + 2) & 3] >> 8 & 255]
                ^ t3[s[(i + 3) & 3] & 255]
                ^ k[r + i]
                for i in range(4)
            ]
        return struct.pack(
            ">4I",
            *(
                _sub_word(
                    s[i] & 0xFF000000
                    | s[(i + 1) & 3] & 0xFF0000
                    | s[(i + 2) & 3] & 0xFF00
                    | s[(i + 3) & 3] & 0xFF
                )
                ^ k[56 + i]
                for i in range(4)
            ),
        )


class PureGcm:
    """AES-256-GCM in Python: slow, and not in constant time."""

    def __init__(self, key):
        self.aes = _Aes256(key)
        h = int.from_bytes(self.aes.block(bytes(16)), "big")
        self.multiples = []  # H, H·x, H·x², …
        for _ in range(128):
            self.multiples.append(h)
            h = h >> 1 ^ (0xE1 << 120 if h & 1 else 0)

    def _ctr(self, nonce, data):
        out = bytearray()
        for i in range(0, len(data), 16):
            pad = self.aes.block(nonce + struct.pack(">I", i // 16 + 2))
            out += bytes(a ^ b for a, b in zip(data[i : i + 16], pad))
        return bytes(out)

    def _tag(self, nonce, aad, ciphertext):
        y = 0
        sizes = struct.pack(">QQ", 8 * len(aad), 8 * len(ciphertext))
        for part in (aad, ciphertext, sizes):
            for i in range(0, len(part), 16):
                x = y ^ int.from_bytes(part[i : i + 16].ljust(16, b"\0"), "big")
                y = 0
                for n, multiple in enumerate(self.multiples):
                    if x >> (127 - n) & 1:
                        y ^= multiple
        mask = self.aes.block(nonce + b"\0\0\0\1")
        return bytes(a ^ b for a, b in zip(y.to_bytes(16, "big"), mask))

    def seal(self, nonce, aad, plaintext):
        ciphertext = self._ctr(nonce, plaintext)
        return ciphertext + self._tag(nonce, aad, ciphertext)

    def open(self, nonce, aad, sealed):
        ciphertext, tag = sealed[:-16], sealed[-16:]
        fits = hmac.compare_digest(tag, self._tag(nonce, aad, ciphertext))
        return self._ctr(nonce, ciphertext) if fits else None


class LibraryGcm:
    """The same by the package `cryptography`; ImportError where there is none."""

    def __init__(self, key):
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        self.gcm, self.invalid_tag = AESGCM(key), InvalidTag

    def seal(self, nonce, aad, plaintext):
        return self.gcm.encrypt(nonce, plaintext, aad)

    def open(self, nonce, aad, sealed):
        try:
            return self.gcm.decrypt(nonce, sealed, aad)
        except self.invalid_tag:
            return None


def gcm(key):
    global pure_python
    if not pure_python:
        try:
            return LibraryGcm(key)
        except ImportError:
            pure_python = True
    return PureGcm(key)


# --- Ed25519, verification alone ---------------------------------------------------------------------------------

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P


def _decode_point(data):
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if x * x % P != square:
        x = x * pow(2, (P - 1) // 4, P) % P
    if y >= P or x * x % P != square or (x == 0 and sign):
        return None
    return (P - x if x & 1 != sign else x), y


def _add(a, b):
    """Points as (X, Y, Z) with x = X/Z, y = Y/Z."""
    (x1, y1, z1), (x2, y2, z2) = a, b
    z = z1 * z2 % P
    zz, m = z * z % P, D * x1 * x2 % P * y1 % P * y2 % P
    f, g = zz - m, zz + m
    x = z * f % P * ((x1 + y1) * (x2 + y2) - x1 * x2 - y1 * y2) % P
    return x, z * g % P * (y1 * y2 + x1 * x2) % P, f * g % P


def _multiply(scalar, point):
    out = (0, 1, 1)
    while scalar:
        if scalar & 1:
            out = _add(out, point)
        point, scalar = _add(point, point), scalar >> 1
    return out


def _pure_verify(public_key, signature, message):
    a, r = _decode_point(public_key), _decode_point(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if a is None or r is None or s >= ORDER:
        return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + public_key + message).digest(), "little") % ORDER
    base = _decode_point(bytes([0x58]) + bytes([0x66]) * 31)
    x1, y1, z1 = _multiply(s, (*base, 1))
    x2, y2, z2 = _add((*r, 1), _multiply(k, (*a, 1)))
    return (x1 * z2 - x2 * z1) % P == 0 and (y1 * z2 - y2 * z1) % P == 0


def ed25519_verify(public_key, signature, message):
    if len(public_key) != 32 or len(signature) != 64:
        return False
    if not pure_python:
        try:
            from cryptography.exceptions import InvalidSignature
            from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

            Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
            return True
        except InvalidSignature:
            return False
        except ImportError:
            pass
    return _pure_verify(public_key, signature, message)
