<?php

// SPDX-License-Identifier: MIT
// ipfwagent: IPv6 packets that were not routed, by the interface that they belong to and by reason.

$ipfw_file = 'if';
$ipfw_unit = 'Packets per second';
$ipfw_factor = 1;
$ipfw_families = ['ipv6']; // of IPv4 the kernel does not count them by interface
$ipfw_data = [
    ['no_routes', 'no route', 'line', 'losses'],
    ['hdr_errors', 'TTL or header', 'line', 'losses'],
    ['forw_discards', 'discarded', 'line', 'losses'],
    ['too_big', 'too big', 'line', 'losses'],
    ['addr_errors', 'address error', 'line', 'losses'],
    ['out_discards', 'output discarded', 'line', 'losses'],
    ['out_no_routes', 'output without route', 'line', 'losses'],
    ['reasm_fails', 'reassembly failed', 'line', 'losses'],
];

require __DIR__ . '/ipfw-common.inc.php';
