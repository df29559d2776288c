#!/usr/bin/env python3
"""Publishes a test stream by WHIP with an independent program: FFmpeg, from the Python package imageio-ffmpeg.

    python3 -m venv venv && venv/bin/pip install imageio-ffmpeg
    venv/bin/python whip_ffmpeg.py https://live.example room-1 --token "$TOKEN" --seconds 60

The picture is FFmpeg's test card, or a file given by --input. The stream is what browsers and phones decode: H.264
constrained baseline without B-frames, and Opus. The endpoint is POST {base}/whip/{room} with a bearer token; FFmpeg
follows the Location of the answer with a DELETE when it ends. It needs an FFmpeg with the WHIP muxer (8.0 or newer;
imageio-ffmpeg 0.8 carries 9.0; Debian 12's own 5.1 has none).
"""

import argparse
import shutil
import subprocess
import sys
from urllib.parse import quote


def find_ffmpeg() -> str:
    """The FFmpeg of imageio-ffmpeg, else the one on the PATH."""
    try:
        import imageio_ffmpeg

        return imageio_ffmpeg.get_ffmpeg_exe()
    except ImportError:
        found = shutil.which("ffmpeg")
        if found is None:
            sys.exit("no FFmpeg: pip install imageio-ffmpeg")
        return found


def has_whip(ffmpeg: str) -> bool:
    listed = subprocess.run([ffmpeg, "-hide_banner", "-muxers"], capture_output=True, text=True, check=True)
    return any(line.split()[1:2] == ["whip"] for line in listed.stdout.splitlines())


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("base", help="where the server is, such as http://127.0.0.1:8080")
    parser.add_argument("room")
    parser.add_argument("--token", default="", help="the publisher's bearer token")
    parser.add_argument("--input", help="a file to show over and over instead of the test card")
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--size", default="720x1280", help="width x height of the test card")
    parser.add_argument("--rate", type=int, default=30, help="frames a second")
    parser.add_argument("--kbps", type=int, default=1500, help="bit rate of the picture")
    parser.add_argument("--keyframe-seconds", type=float, default=2.0)
    return parser.parse_args()


def sources(args: argparse.Namespace) -> list[str]:
    if args.input:
        return ["-re", "-stream_loop", "-1", "-i", args.input]
    card = f"testsrc2=s={args.size}:r={args.rate}"
    return ["-re", "-f", "lavfi", "-i", card, "-re", "-f", "lavfi", "-i", "sine=f=440:r=48000"]


def main() -> int:
    args = arguments()
    ffmpeg = find_ffmpeg()
    if not has_whip(ffmpeg):
        sys.exit("this FFmpeg has no WHIP muxer: pip install imageio-ffmpeg")
    every = max(1, round(args.keyframe_seconds * args.rate))
    picture = ["-c:v", "libx264", "-profile:v", "baseline", "-bf", "0", "-preset", "veryfast", "-tune", "zerolatency"]
    picture += ["-pix_fmt", "yuv420p", "-r", str(args.rate), "-g", str(every), "-keyint_min", str(every)]
    picture += ["-sc_threshold", "0", "-b:v", f"{args.kbps}k", "-maxrate", f"{args.kbps}k", "-bufsize", f"{args.kbps}k"]
    sound = ["-c:a", "libopus", "-b:a", "64k", "-ar", "48000", "-ac", "2"]
    target = ["-f", "whip"]
    if args.token:
        target += ["-authorization", args.token]
    target.append(f"{args.base.rstrip('/')}/whip/{quote(args.room, safe='')}")
    command = [ffmpeg, "-hide_banner", "-loglevel", "warning", *sources(args), "-t", str(args.seconds)]
    # FFmpeg reports a DELETE that is answered without a body as an error; what counts is that it ran to the end.
    return subprocess.run([*command, *picture, *sound, *target], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
