// Saves figures and pictures from a page, without a server. Knows no chart's meaning.

/** Offers a file to be kept. */
export function offer(name: string, blob: Blob): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

export function saveText(name: string, text: string): void {
  offer(name, new Blob([text], { type: 'text/csv;charset=utf-8' }));
}

/** Puts canvases under one another on one sheet with a title, and offers it as PNG. */
export function savePicture(name: string, title: string, canvases: HTMLCanvasElement[], box: Element): void {
  const style = getComputedStyle(box);
  const scale = devicePixelRatio;
  const [pad, head] = [16 * scale, 44 * scale];
  const sheet = document.createElement('canvas');
  sheet.width = Math.max(...canvases.map((it) => it.width)) + pad * 2;
  sheet.height = canvases.reduce((sum, it) => sum + it.height, head + pad);
  const context = sheet.getContext('2d');
  if (!context) return;
  context.fillStyle = style.getPropertyValue('--surface');
  context.fillRect(0, 0, sheet.width, sheet.height);
  context.fillStyle = style.getPropertyValue('--ink');
  context.font = `600 ${16 * scale}px ${style.fontFamily}`;
  context.fillText(title, pad, 30 * scale);
  let top = head;
  for (const it of canvases) {
    context.drawImage(it, pad, top);
    top += it.height;
  }
  sheet.toBlob((blob) => blob && offer(name, blob));
}
