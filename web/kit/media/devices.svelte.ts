// Cameras and microphones: which there are, what they give now, how loud and how bright it is. Knows no server.

export class Devices {
  cameras: MediaDeviceInfo[] = $state([]);
  microphones: MediaDeviceInfo[] = $state([]);
  camera = $state('');
  microphone = $state('');
  stream: MediaStream | undefined = $state.raw();
  /** `none` not asked yet, `open`, or why there is nothing. */
  state: 'none' | 'open' | 'denied' | 'missing' | 'failed' = $state('none');
  /** Loudness from 0 to 1. */
  level = $state(0);
  /** Mean brightness from 0 to 1; undefined until measured. */
  light: number | undefined = $state();
  #audio: AudioContext | undefined;
  #stop: (() => void) | undefined;

  /** Opens the chosen devices; asking for permission is the browser's part. */
  async open(): Promise<MediaStream | undefined> {
    try {
      const stream = await navigator.mediaDevices.getUserMedia({
        video: { ...pick(this.camera), width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 } },
        audio: { ...pick(this.microphone), echoCancellation: true, noiseSuppression: true },
      });
      this.close();
      this.stream = stream;
      this.state = 'open';
      this.#listen(stream);
      await this.#list(stream);
      return stream;
    } catch (error) {
      const name = (error as DOMException).name;
      this.state = name === 'NotAllowedError' ? 'denied' : name === 'NotFoundError' ? 'missing' : 'failed';
      return undefined;
    }
  }

  close(): void {
    this.#stop?.();
    this.#stop = undefined;
    this.stream?.getTracks().forEach((it) => it.stop());
    this.stream = undefined;
    this.level = 0;
    if (this.state === 'open') this.state = 'none';
  }

  async #list(stream: MediaStream): Promise<void> {
    const all = await navigator.mediaDevices.enumerateDevices();
    this.cameras = all.filter((it) => it.kind === 'videoinput');
    this.microphones = all.filter((it) => it.kind === 'audioinput');
    this.camera = stream.getVideoTracks()[0]?.getSettings().deviceId ?? '';
    this.microphone = stream.getAudioTracks()[0]?.getSettings().deviceId ?? '';
  }

  #listen(stream: MediaStream): void {
    this.#audio ??= new AudioContext();
    void this.#audio.resume();
    const source = this.#audio.createMediaStreamSource(new MediaStream(stream.getAudioTracks()));
    const analyser = this.#audio.createAnalyser();
    analyser.fftSize = 1024;
    source.connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    const video = Object.assign(document.createElement('video'), { muted: true, playsInline: true });
    video.srcObject = new MediaStream(stream.getVideoTracks());
    void video.play().catch(() => undefined);
    let beats = 0;
    const timer = setInterval(() => {
      analyser.getFloatTimeDomainData(samples);
      const power = samples.reduce((sum, it) => sum + it * it, 0) / samples.length;
      // From -60 dB (silence) to 0 dB (as loud as it gets).
      this.level = Math.max(0, Math.min(1, 1 + (10 * Math.log10(power + 1e-9)) / 60));
      if (beats++ % 10 === 0) this.light = brightness(video) ?? this.light;
    }, 100);
    this.#stop = () => {
      clearInterval(timer);
      source.disconnect();
      video.srcObject = null;
    };
  }
}

function pick(id: string): MediaTrackConstraints {
  return id ? { deviceId: { exact: id } } : {};
}

const sample = { width: 32, height: 18 };
let canvas: HTMLCanvasElement | undefined;

/** Mean luma of the present frame, 0 to 1 (weights of ITU-R BT.709). */
function brightness(video: HTMLVideoElement): number | undefined {
  if (!video.videoWidth) return undefined;
  canvas ??= Object.assign(document.createElement('canvas'), sample);
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) return undefined;
  context.drawImage(video, 0, 0, sample.width, sample.height);
  const { data } = context.getImageData(0, 0, sample.width, sample.height);
  let sum = 0;
  for (let i = 0; i < data.length; i += 4) sum += 0.2126 * data[i]! + 0.7152 * data[i + 1]! + 0.0722 * data[i + 2]!;
  return sum / (data.length / 4) / 255;
}
