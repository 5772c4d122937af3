<?php

// SPDX-License-Identifier: MIT
// ipfwagent: what an interface receives (up) and sends (down), on average and in the highest second,
// in bits per second.

$ipfw_file = 'if';
$ipfw_unit = 'Bits per second';
$ipfw_factor = 8;
$ipfw_data = [
    ['in_octets', 'received', 'line'],
    ['in_octets', 'received, peak', 'peak', 'peaks'],
    ['out_octets', 'sent', 'line below'],
    ['out_octets', 'sent, peak', 'peak below', 'peaks'],
];

require __DIR__ . '/ipfw-common.inc.php';
