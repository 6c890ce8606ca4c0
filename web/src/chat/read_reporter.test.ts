import { beforeEach, describe, expect, it, vi } from 'vitest';
import { dwellMs, ReadReporter } from './read_reporter';

function setUp() {
  const reports: [number, number][] = [];
  return { reports, reporter: new ReadReporter((partner, upTo) => reports.push([partner, upTo])) };
}

beforeEach(() => {
  vi.useFakeTimers();
});

describe('ReadReporter', () => {
  it('reports after half a second in view, once', () => {
    const { reports, reporter } = setUp();
    reporter.setAttentive(true);
    reporter.inView(3, 10);
    vi.advanceTimersByTime(499);
    expect(reports).toEqual([]);
    vi.advanceTimersByTime(1);
    reporter.inView(3, 10);
    vi.advanceTimersByTime(10_000);
    expect(reports).toEqual([[3, 10]]);
  });

  it('says nothing while nobody looks', () => {
    const { reports, reporter } = setUp();
    reporter.inView(3, 10);
    vi.advanceTimersByTime(10_000);
    expect(reports).toEqual([]);
    reporter.setAttentive(true);
    vi.advanceTimersByTime(dwellMs);
    expect(reports).toEqual([[3, 10]]);
  });

  it('takes back the wait when the person leaves in time', () => {
    const { reports, reporter } = setUp();
    reporter.setAttentive(true);
    reporter.inView(3, 10);
    vi.advanceTimersByTime(dwellMs - 1);
    reporter.inView(null, null);
    vi.advanceTimersByTime(10_000);
    expect(reports).toEqual([]);
  });

  it('reports together what comes into view meanwhile, and not before that was in view long enough', () => {
    const { reports, reporter } = setUp();
    reporter.setAttentive(true);
    reporter.inView(3, 10);
    vi.advanceTimersByTime(300);
    reporter.inView(3, 12);
    reporter.inView(3, 14);
    vi.advanceTimersByTime(200);
    expect(reports).toEqual([[3, 10]]);
    vi.advanceTimersByTime(dwellMs);
    expect(reports).toEqual([
      [3, 10],
      [3, 14],
    ]);
  });

  it('repeats a report that may have been lost', () => {
    const { reports, reporter } = setUp();
    reporter.setAttentive(true);
    reporter.inView(3, 10);
    vi.advanceTimersByTime(dwellMs);
    reporter.forget(3);
    vi.advanceTimersByTime(dwellMs);
    expect(reports).toEqual([
      [3, 10],
      [3, 10],
    ]);
  });
});
