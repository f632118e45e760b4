"""Which addresses on the internet we are willing to connect to on a stranger's behalf: public ones only."""

from __future__ import annotations

import ipaddress

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# `is_global` says yes to these although they lead inside, or to nobody in particular.
_NEVER = tuple(
    ipaddress.ip_network(network)
    for network in (
        "168.63.129.16/32",  # the host of a virtual machine at Azure
        "192.88.99.0/24",  # relays of 6to4
        "192.0.0.0/24",
        "fec0::/10",  # site-local, withdrawn but still routed in places
        "2001::/23",  # Teredo and other experiments: may carry an IPv4 address inside
        "64:ff9b:1::/48",  # private translation to IPv4
    )
)
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


def is_public(address: str) -> bool:
    """Whether a numeric address belongs to the public internet, whatever it is wrapped in.

    Private, loopback, link-local, multicast, shared, reserved, metadata and documentation
    addresses are not public; IPv4 inside IPv6 (mapped, 6to4, NAT64, compatible) counts as itself.
    """
    try:
        found: Address = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    for _ in range(3):  # a wrapping inside a wrapping
        inner = _unwrapped(found)
        if inner is None:
            break
        found = inner
    if any(found.version == network.version and found in network for network in _NEVER):
        return False
    return found.is_global and not (found.is_multicast or found.is_reserved or found.is_unspecified)


def _unwrapped(address: Address) -> Address | None:
    if isinstance(address, ipaddress.IPv4Address):
        return None
    inner = address.ipv4_mapped or address.sixtofour
    if inner is None and (address in _NAT64 or int(address) >> 32 == 0):
        inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return inner
