import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** The addresses that a list of names stands for: a name with several addresses is as many instances. */
export async function resolveAddresses(listed: readonly Address[]): Promise<readonly Address[]> {
  const found = await Promise.all(listed.map(addressesOf));
  return [...new Map(found.flat().map((address) => [`${address.host} ${address.port}`, address])).values()];
}

async function addressesOf({ host, port }: Address): Promise<readonly Address[]> {
  if (isIP(host) !== 0) return [{ host, port }];
  const all = await lookup(host, { all: true });
  return all.map(({ address }) => ({ host: address, port }));
}
