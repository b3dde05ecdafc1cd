import { BlockList, isIP } from 'node:net';

/**
 * Addresses that Messenger cannot reach, and that the author of a URL must not
 * be able to call through this command.
 *
 * @see https://www.iana.org/assignments/iana-ipv4-special-registry
 * @see https://www.iana.org/assignments/iana-ipv6-special-registry
 */
const PRIVATE: readonly [network: string, prefix: number][] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 3],
];

/** IPv6 addresses outside this network are not on the Internet. */
const GLOBAL_IPV6: [network: string, prefix: number] = ['2000::', 3];
/** Parts of that network whose addresses contain an IPv4 address: Teredo and 6to4. */
const TUNNELS: readonly [network: string, prefix: number][] = [
  ['2001::', 32],
  ['2002::', 16],
];
/** An IPv4 address, in the notation of IPv6. */
const MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;

const privateIpv4 = new BlockList();
for (const [network, prefix] of PRIVATE) {
  privateIpv4.addSubnet(network, prefix, 'ipv4');
}
const globalIpv6 = new BlockList();
globalIpv6.addSubnet(...GLOBAL_IPV6, 'ipv6');
const tunnels = new BlockList();
for (const [network, prefix] of TUNNELS) {
  tunnels.addSubnet(network, prefix, 'ipv6');
}

/** Whether an IP address is inside the network of a machine; so is what is no IP address. */
export function isPrivateAddress(address: string): boolean {
  const [, mapped] = MAPPED.exec(address) ?? [];
  const ip = mapped ?? address;
  if (isIP(ip) === 4) return privateIpv4.check(ip, 'ipv4');
  // A zone, as in fe80::1%eth0, is of the machine itself.
  if (isIP(ip) !== 6 || ip.includes('%')) return true;
  return !globalIpv6.check(ip, 'ipv6') || tunnels.check(ip, 'ipv6');
}
