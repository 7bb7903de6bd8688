// What time it is at the server, on a phone whose own clock may be wrong by a day, be set right while a page is open, or
// stand still on the page while the phone sleeps.

const SLACK_MS = 2000;
const TOO_FAR_MS = 12 * 3600 * 1000;

export class ServerClock {
  #offset = null;
  #heard = null;

  // `offset` is what another page measured: the server's time less this phone's.
  constructor(offset = null) {
    this.#offset = offset;
  }

  get offset() {
    return this.#offset;
  }

  // The server said `now`, in an answer to what was asked at `asked` (performance.now()).
  heard(now, asked) {
    const page = performance.now();
    const there = now + (page - asked) / 2;
    this.#heard = { there, page, wall: Date.now() };
    this.#offset = there - Date.now();
  }

  now() {
    if (!this.#heard) return Date.now() + (this.#offset ?? 0);
    const { there, page, wall } = this.#heard;
    const byPage = there + performance.now() - page;
    const byWall = there + Date.now() - wall;
    // A phone that slept is told by its own clock, one whose clock was put back, or on by half a day, by the page's.
    return byWall < byPage - SLACK_MS || byWall > byPage + TOO_FAR_MS ? byPage : byWall;
  }
}
