// The seeds of a run, and what it counted in all.

// One seed alone if DURABILITY_SEED names it, else so many from `first` on.
export function seedsFrom(first, count) {
  if (process.env.DURABILITY_SEED) return [Number(process.env.DURABILITY_SEED)];
  return Array.from({ length: count }, (_, i) => first + i);
}

export function add(total, counts) {
  for (const [name, value] of Object.entries(counts))
    total[name] = name.startsWith('slowest') ? Math.max(total[name] ?? 0, value) : (total[name] ?? 0) + value;
  total.scenes = (total.scenes ?? 0) + 1;
}

// A line that the developer's commands show: "durability kills: 12 scenes, 210 kills, …".
export function print(what, { scenes, ...counts }) {
  const parts = Object.entries(counts).map(([name, value]) => `${value.toLocaleString('en')} ${name}`);
  console.log(`durability ${what}: ${scenes} scenes, ${parts.join(', ')}`);
}
