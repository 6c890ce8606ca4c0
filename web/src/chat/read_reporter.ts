// Decides when "read" is reported: a message has been in view for 500 ms while the person looks. One report says
// "up to here", for all that came into view within one such time; nothing is reported twice.
export const dwellMs = 500;

export class ReadReporter {
  private attentive = false;
  private candidate: { partner: number; upTo: number } | null = null;
  private readonly reported = new Map<number, number>();
  // What the wait under way is for; what comes into view meanwhile waits its own time.
  private awaited = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly report: (partner: number, upTo: number) => void) {}

  /** The person looks at the window (it is visible and has the focus), or does not. */
  setAttentive(attentive: boolean): void {
    if (attentive === this.attentive) return;
    this.attentive = attentive;
    this.arm();
  }

  /** The newest message of `partner` that is in view; null when no conversation is. */
  inView(partner: number | null, upTo: number | null): void {
    const next = partner === null || upTo === null ? null : { partner, upTo };
    if (next?.partner === this.candidate?.partner && next?.upTo === this.candidate?.upTo) return;
    // Scrolling on within one conversation must not start the wait anew for what was in view already.
    const keep = next !== null && next.partner === this.candidate?.partner && next.upTo > this.candidate.upTo;
    this.candidate = next;
    if (keep && this.timer !== undefined) return;
    this.arm();
  }

  /** The report was lost with the connection: say it again. */
  forget(partner: number): void {
    this.reported.delete(partner);
    this.arm();
  }

  private arm(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const { candidate } = this;
    if (!this.attentive || candidate === null) return;
    if ((this.reported.get(candidate.partner) ?? 0) >= candidate.upTo) return;
    this.awaited = candidate.upTo;
    this.timer = setTimeout(() => this.fire(), dwellMs);
  }

  private fire(): void {
    this.timer = undefined;
    const { candidate } = this;
    if (!this.attentive || candidate === null) return;
    this.reported.set(candidate.partner, this.awaited);
    this.report(candidate.partner, this.awaited);
    this.arm();
  }
}
