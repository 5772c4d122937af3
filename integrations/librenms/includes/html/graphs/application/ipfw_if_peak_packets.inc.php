<?php

// SPDX-License-Identifier: MIT
// ipfwagent: what an interface receives (up) and sends (down), on average and in the highest second,
// in packets per second.

$ipfw_file = 'if';
$ipfw_unit = 'Packets per second';
$ipfw_factor = 1;
$ipfw_data = [
    ['in_packets', 'received', 'line'],
    ['in_packets', 'received, peak', 'peak', 'peaks'],
    ['out_packets', 'sent', 'line below'],
    ['out_packets', 'sent, peak', 'peak below', 'peaks'],
];

require __DIR__ . '/ipfw-common.inc.php';
