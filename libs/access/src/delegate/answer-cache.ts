import { LRUCache } from 'lru-cache';

interface Kept<T> {
  readonly answer: T;
  readonly until: number;
}

/** Remembers answers for a while, and asks once where several ask the same. What fails is not remembered. */
export class AnswerCache<T> {
  private readonly kept: LRUCache<string, Kept<T>>;
  private readonly asked = new Map<string, Promise<T>>();

  /** @param ttl - for how long an answer is remembered, in milliseconds. */
  constructor(
    max: number,
    private readonly ttl: (answer: T) => number,
  ) {
    this.kept = new LRUCache({ max });
  }

  get(key: string, ask: () => Promise<T>): Promise<T> {
    const known = this.kept.get(key);
    if (known !== undefined && Date.now() < known.until) return Promise.resolve(known.answer);
    const before = this.asked.get(key);
    if (before !== undefined) return before;
    // What is known when the question is put counts from then on.
    const from = Date.now();
    const asking = ask()
      .then((answer) => {
        const ttl = this.ttl(answer);
        if (ttl > 0) this.kept.set(key, { answer, until: from + ttl });
        return answer;
      })
      .finally(() => this.asked.delete(key));
    this.asked.set(key, asking);
    return asking;
  }
}
