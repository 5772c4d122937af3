<?php

// SPDX-License-Identifier: MIT
// ipfwagent: what an interface receives (up) and sends (down), in bits per second.

$ipfw_file = 'if';
$ipfw_unit = 'Bits per second';
$ipfw_factor = 8;
$ipfw_data = [
    ['in_octets', 'received', 'area'],
    ['out_octets', 'sent', 'below'],
];

require __DIR__ . '/ipfw-common.inc.php';
