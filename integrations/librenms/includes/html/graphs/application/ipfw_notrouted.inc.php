<?php

// SPDX-License-Identifier: MIT
// ipfwagent: packets that the system did not route, by reason.

$ipfw_file = 'system';
$ipfw_unit = 'Packets per second';
$ipfw_factor = 1;
$ipfw_data = [
    ['no_routes', 'no route', 'line'],
    ['hdr_errors', 'TTL or header', 'line'],
    ['forw_discards', 'discarded', 'line'],
    ['too_big', 'too big', 'line'],
    ['rp_filter', 'rp_filter', 'line', 'losses'],
    ['addr_errors', 'address error', 'line', 'losses'],
    ['out_discards', 'output discarded', 'line', 'losses'],
    ['out_no_routes', 'output without route', 'line', 'losses'],
    ['reasm_fails', 'reassembly failed', 'line', 'losses'],
];

require __DIR__ . '/ipfw-common.inc.php';
