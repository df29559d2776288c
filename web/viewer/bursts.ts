// Hearts that rise: how many there are and how each moves. One canvas draws them all; a flood adds no element to the
// page. Knows no room.

interface Heart {
  born: number;
  life: number;
  sway: number;
  phase: number;
  size: number;
  hue: number;
}

const HEARTS_MAX = 60;
let hearts: Heart[] = [];
let wake: (() => void) | undefined;

/** Lets `n` hearts rise; a crowd is shown by a handful. */
export function burst(n: number): void {
  const born = performance.now();
  for (let i = 0; i < Math.min(n, 12) && hearts.length < HEARTS_MAX; i++) {
    hearts.push({
      born: born + i * 70,
      life: 1500 + Math.random() * 900,
      sway: 10 + Math.random() * 22,
      phase: Math.random() * 6.28,
      size: 9 + Math.random() * 9,
      hue: 2 + Math.random() * 26,
    });
  }
  wake?.();
}

const HEART = 'M0 .95C-.55.55-1 .18-1-.28-1-.68-.72-.9-.45-.9-.24-.9-.08-.78 0-.58.08-.78.24-.9.45-.9.72-.9 1-.68 1-.28 1 .18.55.55 0 .95Z';

/** Draws on this canvas from now on; gives what ends it. */
export function drawOn(canvas: HTMLCanvasElement): () => void {
  const context = canvas.getContext('2d');
  const shape = new Path2D(HEART);
  let frame = 0;
  const paint = (now: number) => {
    frame = 0;
    const scale = devicePixelRatio || 1;
    const [width, height] = [canvas.clientWidth, canvas.clientHeight];
    if (canvas.width !== width * scale) [canvas.width, canvas.height] = [width * scale, height * scale];
    if (!context) return;
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.clearRect(0, 0, width, height);
    hearts = hearts.filter((it) => now - it.born < it.life);
    for (const it of hearts) {
      const age = (now - it.born) / it.life;
      if (age < 0) continue;
      const rise = 1 - (1 - age) ** 2;
      const size = it.size * Math.min(1, age * 8);
      context.save();
      context.translate(width / 2 + Math.sin(it.phase + age * 5) * it.sway * age, height - 20 - rise * (height - 48));
      context.scale(size, size);
      context.globalAlpha = Math.min(1, (1 - age) * 1.8);
      context.fillStyle = `hsl(${it.hue} 100% 64%)`;
      context.fill(shape);
      context.restore();
    }
    if (hearts.length) frame = requestAnimationFrame(paint);
  };
  wake = () => {
    frame ||= requestAnimationFrame(paint);
  };
  return () => {
    cancelAnimationFrame(frame);
    wake = undefined;
  };
}
