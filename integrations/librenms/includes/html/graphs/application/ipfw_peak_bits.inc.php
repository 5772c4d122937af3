<?php

// SPDX-License-Identifier: MIT
// ipfwagent: what the system forwards, on average and in the highest second, in bits per second.

$ipfw_file = 'system';
$ipfw_unit = 'Bits per second';
$ipfw_factor = 8;
$ipfw_data = [
    ['out_forw_octets', 'forwarded', 'line'],
    ['out_forw_octets', 'forwarded, peak', 'peak', 'peaks'],
];

require __DIR__ . '/ipfw-common.inc.php';
