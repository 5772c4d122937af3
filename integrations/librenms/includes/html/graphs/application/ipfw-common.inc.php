<?php

// SPDX-License-Identifier: MIT
// For the graphs of ipfwagent. A graph gives
//   $ipfw_file     'system', or 'if' for the interface whose key (see the poller) is in the URL
//   $ipfw_families of which IP versions; both if it is not set
//   $ipfw_unit     what stands above the legend
//   $ipfw_factor   by what all is multiplied: 8 for bits
//   $ipfw_data     lines of [data source, legend, style, kind, reason]; 'area' stacks IPv6 on IPv4, 'below'
//                  does it downwards, 'stack' on the lines before as well, 'line' draws a line for each,
//                  'peak' one of the highest values, 'line below' and 'peak below' do it downwards,
//                  'share' that of IPv6 in both; the file's name begins with the kind and has the reason
// $rrd_options is a list in newer versions of LibreNMS and a string in older ones.

require 'includes/html/graphs/common.inc.php';

// Only characters of such keys: nothing else from a URL gets into a path or a command.
$ipfw_key = preg_replace('/[^A-Za-z0-9.,_-]/', '', is_string($vars['interface'] ?? null) ? $vars['interface'] : '');
$ipfw_names = [];
foreach ($ipfw_data as $ipfw_i => $ipfw_line) {
    foreach ($ipfw_families ?? ['ipv4', 'ipv6'] as $ipfw_family) {
        $ipfw_parts = [$ipfw_line[3] ?? '', $ipfw_file, $ipfw_file === 'if' ? $ipfw_key : '', $ipfw_line[4] ?? '', $ipfw_family];
        $ipfw_name = Rrd::name($device['hostname'], ['app', 'ipfw', $app->app_id, implode('-', array_filter($ipfw_parts, 'strlen'))]);
        if (Rrd::checkRrdExists($ipfw_name)) {
            $ipfw_names[$ipfw_i][$ipfw_family] = $ipfw_name;
        }
    }
}
$rrd_filename = $ipfw_names ? current(current($ipfw_names)) : $ipfw_name ?? ''; // LibreNMS says so if it is not there

$ipfw_options = (static function (array $names_of, string $unit, int $factor, array $data): array {
    $names = ['ipv4' => 'IPv4', 'ipv6' => 'IPv6'];
    $colours = [
        'ipv4' => ['1f77b4', '7fb3dd', '17becf', '9467bd', '2ca02c', '98df8a', '393b79', '7f7f7f', '637939'],
        'ipv6' => ['ff7f0e', 'ffbb78', 'd62728', '8c564b', 'e377c2', 'f7b6d2', 'bcbd22', 'ad494a', 'a55194'],
    ];
    $width = max([23, ...array_map(fn ($line) => strlen("IPv4 $line[1]"), $data)]);
    $options = [sprintf("COMMENT:%-{$width}s    %9s  %9s  %9s \\l", $unit, 'Now', 'Average', 'Maximum')];
    // The legend's line: the last, mean and highest value.
    $figures = fn (string $mean, string $highest, string $format) => [
        "GPRINT:$mean:LAST: $format",
        "GPRINT:$mean:AVERAGE: $format",
        "GPRINT:$highest:MAX: $format\\l",
    ];
    $stack = '';
    foreach ($data as $i => [$source, $legend, $style]) {
        $files = $names_of[$i] ?? [];
        foreach ($files as $family => $file) {
            foreach (['AVERAGE', 'MAX'] as $function) {
                $options[] = "DEF:$family$function$i=$file:$source:$function";
                $options[] = "CDEF:$family$function{$i}x=$family$function$i,$factor,*";
            }
        }
        if ($style === 'share') {
            if (count($files) == 2) {
                $options[] = "CDEF:share$i=ipv6AVERAGE$i,ipv4AVERAGE$i,ipv6AVERAGE$i,+,/,100,*";
                $options[] = "LINE1.25:share$i#{$colours['ipv6'][2 * $i]}:" . sprintf("%-{$width}s", "IPv6 in $legend");
                array_push($options, ...$figures("share$i", "share$i", '%8.2lf%%'));
            }
            continue;
        }
        $stack = $style === 'stack' ? $stack : '';
        foreach (array_keys($files) as $family) {
            $value = $family . (str_starts_with($style, 'peak') ? 'MAX' : 'AVERAGE') . "{$i}x";
            $label = "#{$colours[$family][$i % 9]}:" . sprintf("%-{$width}s", "$names[$family] $legend");
            $drawn = $value;
            if (str_ends_with($style, 'below')) {
                $drawn = "$family{$i}below";
                $options[] = "CDEF:$drawn=$value,-1,*";
            }
            $options[] = preg_match('/^(line|peak)/', $style) ? "LINE1.25:$drawn$label" : "AREA:$drawn$label$stack";
            $stack = ':STACK';
            array_push($options, ...$figures($value, "{$family}MAX{$i}x", '%8.2lf%s'));
        }
    }
    $options[] = 'HRULE:0#555555';

    return $options;
})($ipfw_names, $ipfw_unit, $ipfw_factor, $ipfw_data);

if (is_array($rrd_options ?? '')) {
    array_push($rrd_options, ...$ipfw_options);
} else {
    $rrd_options = ($rrd_options ?? '') . " '" . implode("' '", $ipfw_options) . "'";
}
