<?php

// SPDX-License-Identifier: MIT
// ipfwagent: what the system forwards, in bits per second, IPv6 on top of IPv4.

$ipfw_file = 'system';
$ipfw_unit = 'Bits per second';
$ipfw_factor = 8;
$ipfw_data = [
    ['out_forw_octets', 'forwarded', 'area'],
];

require __DIR__ . '/ipfw-common.inc.php';
