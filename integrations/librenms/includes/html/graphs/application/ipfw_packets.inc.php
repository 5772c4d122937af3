<?php

// SPDX-License-Identifier: MIT
// ipfwagent: what the system forwards, in packets per second, IPv6 on top of IPv4.

$ipfw_file = 'system';
$ipfw_unit = 'Packets per second';
$ipfw_factor = 1;
$ipfw_data = [
    ['out_forw_packets', 'forwarded', 'area'],
];

require __DIR__ . '/ipfw-common.inc.php';
