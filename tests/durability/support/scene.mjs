// A scene: a server of its own, people with several devices each, traffic of all kinds through a proxy with faults; the
// server killed and started again. At the quiet end every device comes back, and the checker judges. By seed.
import { FaultProxy, anyFault, random } from '../fproxy.mjs';
import { check } from '../checker.mjs';
import { Device } from './device.mjs';
import { START_MS, integrity, listed, newWorld, portOf, waitedForCoreMs } from './world.mjs';

const WAITING_MAX = 20; // unacknowledged sends of a device: below what the server holds while it catches up
const WAYS = ['websocket', 'websocket', 'upgrade', 'polling'];
const SUITS = ['a', 'é', '中', '😀', '"', '\\', '\n', ' '];

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// What is written: short as a rule, at times several KiB, of all widths in UTF-8.
function words(chance) {
  const length = chance() < 0.95 ? Math.floor(chance() * 40) : Math.floor(chance() * 3000);
  return Array.from({ length }, () => SUITS[Math.floor(chance() * SUITS.length)]).join('');
}

function devicesOf({ admins, users }, url, chance) {
  const devices = [];
  for (const [i, person] of [...admins, ...users].entries()) {
    for (let k = 0; k < (i < admins.length ? 2 : 1 + Math.floor(chance() * 2)); ++k) {
      const device = new Device({
        name: `p${person.id}.${k}`,
        person,
        url,
        client: chance() < 0.8 ? 'socket.io-client 4' : 'socket.io-client 3',
        via: WAYS[Math.floor(chance() * WAYS.length)],
        pages: chance() < 0.25,
      });
      const partners = i < admins.length ? [...admins, ...users].filter((other) => other !== person) : admins;
      device.partner = () => partners[Math.floor(chance() * partners.length)].id;
      devices.push(device);
    }
  }
  return devices;
}

// Until `over()`: sends, marks, and losses of the transport, a few milliseconds apart.
async function traffic(device, chance, over) {
  while (!over()) {
    const what = chance();
    if (what < 0.8) {
      for (let i = 0; i < 3 && device.waiting < WAITING_MAX; ++i)
        device.send(device.partner(), words(chance), chance() < 0.25);
    } else if (what < 0.97) {
      device.mark(chance, chance() < 0.3);
    } else if (what < 0.98) {
      device.drop();
    }
    await sleep(chance() * 25);
  }
}

class Scene {
  constructor(seed, plan) {
    Object.assign(this, { seed, plan, chance: random(seed), flaws: [], slowestStartMs: 0, kills: 0, terms: 0 });
  }

  async play() {
    const world = await newWorld();
    this.server = world.server;
    const { seed, plan, chance } = this;
    this.proxy = await FaultProxy.start(portOf(this.server), { seed, choose: plan.faults ? anyFault : () => ({}) });
    this.devices = devicesOf(world, this.proxy.url, chance);
    try {
      for (const device of this.devices) device.start();
      let over = false;
      const talk = this.devices.map((device, i) => traffic(device, random(seed * 1000 + i), () => over));
      await (plan.kills ? this.#killings(plan.kills) : this.#weather(plan.ms));
      over = true;
      await Promise.all(talk);
      await this.#end();
      await this.#judge([...world.admins, ...world.users]);
    } finally {
      for (const device of this.devices) device.close();
      await this.proxy.stop();
      await this.server.kill();
      world.remove();
    }
    return this.#counts();
  }

  // Through the proxy alone: now and then all connections at once.
  async #weather(ms) {
    for (const deadline = performance.now() + ms; performance.now() < deadline;) {
      await sleep(50 + this.chance() * 300);
      if (this.chance() < 0.3) this.proxy.cutAll();
    }
  }

  async #killings(count) {
    for (let i = 0; i < count; ++i) {
      await sleep(this.chance() * 220);
      const orderly = this.chance() < 0.12;
      if (orderly) await this.#terminate();
      else await this.server.kill();
      orderly ? ++this.terms : ++this.kills;
      await this.#launch();
    }
  }

  async #terminate() {
    const code = await this.server.terminate();
    if (code !== 0) this.#flaw(`SIGTERM: ended with ${code}; output:\n${this.server.output}`);
  }

  async #launch() {
    // A busy machine is no flaw: what the process waited for a core does not count.
    const took = (await this.server.launch()) - waitedForCoreMs(this.server.pid);
    this.proxy.target = portOf(this.server);
    this.slowestStartMs = Math.max(this.slowestStartMs, took);
    if (took > START_MS) this.#flaw(`listening after ${Math.round(took)} ms, at most ${START_MS}`);
    const wrong = await integrity(this.server.data);
    if (wrong) this.#flaw(`parley check after a kill: ${wrong}`);
  }

  #flaw(text) {
    this.flaws.push({ kind: 'server', text });
  }

  // No more faults; what is unacknowledged is repeated until it is; then all lose their connection once more, and come back.
  async #end() {
    this.proxy.heal();
    await Promise.all(this.devices.map((device) => device.until(() => device.waiting === 0, 'acknowledged')));
    const before = this.devices.map((device) => device.connections);
    if (this.plan.kills) {
      await this.server.kill();
      await this.#launch();
    } else {
      // Not by the proxy: who polls may have no connection at this very moment, and would not notice.
      for (const device of this.devices) device.drop();
    }
    await Promise.all(
      this.devices.map((device, i) =>
        device.until(() => device.complete && device.connections > before[i], 'back with everything'),
      ),
    );
  }

  async #judge(all) {
    this.listed = new Map();
    for (const person of all) this.listed.set(person.id, await listed(this.server, person));
    const devices = this.devices.map(({ history, complete }) => ({ ...history, complete }));
    this.flaws.push(...check({ devices, listed: this.listed }));
  }

  #counts() {
    const steps = this.devices.flatMap((device) => device.steps);
    const count = (kind) => steps.filter((step) => step.do === kind).length;
    const ids = new Set([...this.listed.values()].flat().map(({ id }) => id));
    const paged = steps
      .filter((step) => step.do === 'page' && step.data.ok)
      .reduce((sum, step) => sum + step.data.messages.length, 0);
    return {
      kills: this.kills + (this.plan.kills ? 1 : 0),
      terms: this.terms,
      connections: count('connect'),
      ghosts: count('ghost'),
      messages: ids.size,
      deliveries: count('receive_message') + paged,
      refusals: steps.filter(
        ({ do: kind, answer, event }) => (kind === 'ack' && answer?.ok !== true) || (kind === 'other' && event !== 'presence'),
      ).length,
      repeats: steps.filter((step) => step.answer?.duplicate).length,
      marks: count('mark'),
      faults: ['cut', 'reset', 'stall', 'dead'].reduce((sum, act) => sum + this.proxy.counts[act], 0),
      slowestStartMs: Math.round(this.slowestStartMs),
    };
  }

  // All that one device did and heard about some contents, and when its connections came and went.
  #storyOf({ device: name, contents }) {
    const device = this.devices.find((each) => each.name === name);
    const ids = device.steps.filter(({ content }) => contents.includes(content)).map(({ client_id }) => client_id);
    const about = ({ content, data }) => contents.includes(content) || (data?.client_id && ids.includes(data.client_id));
    const lines = [`${name} (${device.via}${device.pages ? ', pages' : ''}):`];
    for (const [i, step] of device.steps.entries()) {
      const matters = about(step) || ['connect', 'ghost', 'gone', 'resumed', 'other'].includes(step.do);
      if (matters) lines.push(`  ${i}: ${JSON.stringify(step).slice(0, 260)}`);
    }
    return lines;
  }

  // What a reader needs: each flaw, and the end of each history that it names.
  report() {
    const lines = [`seed ${this.seed}: ${this.flaws.length} flaws (again: DURABILITY_SEED=${this.seed})`];
    for (const { kind, text } of this.flaws.slice(0, 12)) lines.push(`${kind}: ${text}`);
    lines.push(`what the server said:\n${this.server.output.slice(-2000)}`);
    for (const { about } of this.flaws.slice(0, 12)) if (about) lines.push(...this.#storyOf(about));
    for (const device of this.devices) {
      const flaw = this.flaws.find(
        ({ text }) => text.includes(`${device.name}, step`) || text.includes(`to ${device.name},`),
      );
      const number = Number(/step (\d+)/.exec(flaw?.text ?? '')?.[1] ?? device.steps.length);
      if (!flaw) continue;
      lines.push(`${device.name} (${device.via}${device.pages ? ', pages' : ''}):`);
      for (let i = Math.max(0, number - 12); i < Math.min(device.steps.length, number + 3); ++i)
        lines.push(`  ${i}: ${JSON.stringify(device.steps[i]).slice(0, 260)}`);
    }
    return lines.join('\n');
  }
}

// Plays it; throws with the flaws, or gives the counts.
export async function play(seed, plan) {
  const scene = new Scene(seed, plan);
  const counts = await scene.play().catch((error) => {
    error.message = `seed ${seed} (again: DURABILITY_SEED=${seed}): ${error.message}`;
    throw error;
  });
  if (scene.flaws.length) throw new Error(scene.report());
  return counts;
}
