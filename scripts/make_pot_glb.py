#!/usr/bin/env python3
"""Makes the model of the demo's plant pot, web/public/goods/46.glb, from a profile that is turned round an axis.

Units are metres: the pot is 18 cm wide and 16 cm high, so that it stands in its true size where a phone places it on a
table. Nothing but the standard library is needed, and the same file comes out every time.
"""
import json
import math
import struct
import sys

TURNS = 48
# Radius and height in metres, from the middle of the foot up the outside, over the rim and down the inside.
POT = [
    (0.000, 0.000), (0.050, 0.000), (0.056, 0.002), (0.058, 0.006), (0.064, 0.040), (0.071, 0.080), (0.078, 0.120),
    (0.080, 0.124), (0.088, 0.125), (0.090, 0.128), (0.090, 0.156), (0.088, 0.160), (0.084, 0.160), (0.082, 0.157),
    (0.080, 0.140), (0.074, 0.132),
]
SOIL = [(0.074, 0.132), (0.050, 0.136), (0.000, 0.138)]


def turned(profile):
    """Positions, normals and triangles of a profile turned round the axis. Corners sharper than 40 degrees stay sharp."""
    rows = []
    for at in range(len(profile) - 1):
        (r0, y0), (r1, y1) = profile[at], profile[at + 1]
        length = math.hypot(r1 - r0, y1 - y0)
        rows.append(((r0, y0), (r1, y1), ((y1 - y0) / length, -(r1 - r0) / length)))

    def blended(mine, other):
        if other is None or mine[0] * other[0] + mine[1] * other[1] < math.cos(math.radians(40)):
            return mine
        x, y = mine[0] + other[0], mine[1] + other[1]
        return x / math.hypot(x, y), y / math.hypot(x, y)

    positions, normals, triangles = [], [], []
    for at, (low, high, normal) in enumerate(rows):
        before = rows[at - 1][2] if at else None
        after = rows[at + 1][2] if at + 1 < len(rows) else None
        start = len(positions)
        for (radius, height), (nr, ny) in ((low, blended(normal, before)), (high, blended(normal, after))):
            for turn in range(TURNS + 1):
                angle = 2 * math.pi * turn / TURNS
                positions.append((radius * math.cos(angle), height, radius * math.sin(angle)))
                normals.append((nr * math.cos(angle), ny, nr * math.sin(angle)))
        for turn in range(TURNS):
            a, b = start + turn, start + turn + TURNS + 1
            triangles += [(a, b, a + 1), (a + 1, b, b + 1)]
    return positions, normals, triangles


def packed(parts):
    """The parts as the bytes of a GLB file (glTF 2.0)."""
    binary, views, accessors, primitives, materials = b"", [], [], [], []
    for name, colour, roughness, (positions, normals, triangles) in parts:
        def add(data, target, kind, component, count, **bounds):
            nonlocal binary
            views.append({"buffer": 0, "byteOffset": len(binary), "byteLength": len(data), "target": target})
            binary += data + b"\0" * (-len(data) % 4)
            accessors.append({"bufferView": len(views) - 1, "componentType": component, "count": count, "type": kind, **bounds})
            return len(accessors) - 1

        flat = lambda rows, form: b"".join(struct.pack(form, *row) for row in rows)
        bounds = {"min": [min(p[i] for p in positions) for i in range(3)], "max": [max(p[i] for p in positions) for i in range(3)]}
        bounds = {key: [struct.unpack("<f", struct.pack("<f", v))[0] for v in value] for key, value in bounds.items()}
        place = add(flat(positions, "<3f"), 34962, "VEC3", 5126, len(positions), **bounds)
        normal = add(flat(normals, "<3f"), 34962, "VEC3", 5126, len(normals))
        index = add(flat(triangles, "<3H"), 34963, "SCALAR", 5123, 3 * len(triangles))
        materials.append({
            "name": name,
            "pbrMetallicRoughness": {"baseColorFactor": colour + [1], "metallicFactor": 0, "roughnessFactor": roughness},
        })
        primitives.append({"attributes": {"POSITION": place, "NORMAL": normal}, "indices": index, "material": len(materials) - 1})
    document = {
        "asset": {"version": "2.0", "generator": "make_pot_glb.py", "copyright": "Linger, Apache-2.0"},
        "scene": 0, "scenes": [{"nodes": [0]}], "nodes": [{"mesh": 0, "name": "Plant pot"}],
        "meshes": [{"primitives": primitives}], "materials": materials, "accessors": accessors, "bufferViews": views,
        "buffers": [{"byteLength": len(binary)}],
    }
    text = json.dumps(document, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 4)
    chunks = struct.pack("<I4s", len(text), b"JSON") + text + struct.pack("<I4s", len(binary), b"BIN\0") + binary
    return struct.pack("<4sII", b"glTF", 2, 12 + len(chunks)) + chunks


if __name__ == "__main__":
    to = sys.argv[1] if len(sys.argv) > 1 else "web/public/goods/46.glb"
    file = packed([
        ("clay", [0.72, 0.36, 0.22], 0.85, turned(POT)),
        ("soil", [0.09, 0.06, 0.04], 1.0, turned(SOIL)),
    ])
    with open(to, "wb") as out:
        out.write(file)
    print(f"{to}: {len(file)} bytes")
