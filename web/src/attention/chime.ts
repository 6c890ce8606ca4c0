// The sound of a new message: two soft notes, made here, so that no file has to be loaded.
const notes = [
  { hertz: 659.3, at: 0 },
  { hertz: 880, at: 0.11 },
] as const;
const noteSeconds = 0.3;
const loudness = 0.12;

let context: AudioContext | null = null;

/** Silent until the person has touched the page: before that browsers allow no sound. */
export function chime(): void {
  if (!navigator.userActivation.hasBeenActive) return;
  context ??= new AudioContext();
  void context.resume();
  for (const note of notes) play(context, note.hertz, context.currentTime + note.at);
}

function play(audio: AudioContext, hertz: number, from: number): void {
  const tone = new OscillatorNode(audio, { frequency: hertz });
  const volume = new GainNode(audio, { gain: 0 });
  volume.gain.setValueAtTime(0, from);
  volume.gain.linearRampToValueAtTime(loudness, from + 0.015);
  volume.gain.exponentialRampToValueAtTime(0.0005, from + noteSeconds);
  tone.connect(volume).connect(audio.destination);
  tone.start(from);
  tone.stop(from + noteSeconds);
}
