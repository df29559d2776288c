"""Draws the curve of docs/performance.md, rush: orders a second, and the 99th percentile of their delay, by how many are under
way on each connection. Reads what `bench/peers/rush_peers.py` printed from standard input, writes an SVG to standard output.

    python3 bench/peers/rush_peers.py --linger PATH | tee rush.json | python3 bench/rush_curve.py > docs/rush.svg
"""

import json
import math
import sys

LINES = (("linger_gateways", "Linger", "#c2410c", ""), ("redis_always", "Redis, always", "#1d4ed8", ""),
         ("redis_everysec", "Redis, everysec", "#1d4ed8", "5 4"), ("postgresql_8", "PostgreSQL, 8", "#047857", ""),
         ("postgresql_64", "PostgreSQL, 64", "#047857", "5 4"))
WIDTH, HEIGHT, LEFT, TOP, BOTTOM, GAP = 380, 300, 70, 34, 46, 40


def points(held, name, figure):
    found = []
    for key, row in held.items():
        head, _, under_way = key.rpartition("_")
        if head == name and under_way.isdigit() and row.get(figure):
            found.append((int(under_way), row[figure]))
    return sorted(found)


def panel(held, figure, title, unit, x0):
    rows = [(label, colour, dash, points(held, name, figure)) for name, label, colour, dash in LINES]
    rows = [row for row in rows if row[3]]
    xs = sorted({x for row in rows for x, _ in row[3]})
    ys = [y for row in rows for _, y in row[3]]
    low, high = math.floor(math.log10(min(ys))), math.ceil(math.log10(max(ys)))
    wide, tall = WIDTH - LEFT, HEIGHT - TOP - BOTTOM
    span = math.log2(xs[-1] / xs[0]) or 1
    at_x = lambda x: x0 + LEFT + (math.log2(x / xs[0]) / span) * (wide - 12)
    at_y = lambda y: TOP + tall * (1 - (math.log10(y) - low) / max(1, high - low))
    out = [f'<text x="{x0 + LEFT}" y="18" font-weight="600">{title}</text>']
    for decade in range(low, high + 1):
        y = at_y(10**decade)
        value = 10**decade
        text = f"{value:,}" if value >= 1 else f"{value:g}"
        out.append(f'<line x1="{x0 + LEFT}" x2="{x0 + WIDTH}" y1="{y:.1f}" y2="{y:.1f}" stroke="#d6d3d1"/>')
        out.append(f'<text x="{x0 + LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{text} {unit}</text>')
    for x in xs:
        out.append(f'<text x="{at_x(x):.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{x}</text>')
    out.append(f'<text x="{x0 + (LEFT + WIDTH) / 2}" y="{HEIGHT - 10}" text-anchor="middle">orders under way on each '
               "connection</text>")
    for _, colour, dash, row in rows:
        path = " ".join(f"{at_x(x):.1f},{at_y(y):.1f}" for x, y in row)
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        out.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"{dashed}/>')
        out += [f'<circle cx="{at_x(x):.1f}" cy="{at_y(y):.1f}" r="3" fill="{colour}"/>' for x, y in row]
    return out


def main():
    held = json.loads(sys.stdin.read().strip().splitlines()[-1])["all_held"]
    out = panel(held, "orders_per_s", "Orders a second, all held", "", 0)
    out += panel(held, "p99_ms", "Delay, 99th percentile", "ms", WIDTH + GAP)
    whole, legend = 2 * WIDTH + GAP + 16, HEIGHT + 14
    for place, (_, label, colour, dash) in enumerate(LINES):
        x = LEFT + place * 145
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        out.append(f'<line x1="{x}" x2="{x + 22}" y1="{legend}" y2="{legend}" stroke="{colour}" stroke-width="2"{dashed}/>')
        out.append(f'<text x="{x + 28}" y="{legend + 4}">{label}</text>')
    print(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {whole} {HEIGHT + 30}" font-family="sans-serif" '
          'font-size="11" fill="#292524">')
    print(f'<rect width="{whole}" height="{HEIGHT + 30}" fill="#fff"/>')
    print("\n".join(out))
    print("</svg>")
    return 0


if __name__ == "__main__":
    sys.exit(main())
