<?php

// SPDX-License-Identifier: MIT
// Runs the files of integrations/librenms without LibreNMS: what they call of it is here, and works
// on the real snmpbulkwalk and rrdtool, with LibreNMS's flags, names and sizes of RRD files.
//
//   librenms_harness.php tree TREE                     what LibreNMS's tree has of files
//   librenms_harness.php poll TREE STATE ADDRESS TIME  one poll, said to be at that time
//   librenms_harness.php graph TREE STATE FORM SUBTYPE FILE FROM TO [KEY]
//                                                      FORM: list (newer versions) or string
//   librenms_harness.php page TREE STATE [KEY]         HTML to stdout
//
// COMMUNITY in the environment: in place of "public". STATE holds rrd/, application.json (the application's row in the database) and metrics.json.

namespace {
    error_reporting(E_ALL);
    set_error_handler(function ($number, $text, $file, $line) {
        throw new ErrorException($text, 0, $number, $file, $line);
    });
    const HOST = 'router.example';
    const STEP = 300;
    const HEARTBEAT = 600;

    function run(array $command, string $input = ''): array
    {
        $process = proc_open($command, [['pipe', 'r'], ['pipe', 'w'], ['pipe', 'w']], $pipes);
        fwrite($pipes[0], $input);
        fclose($pipes[0]);
        $out = stream_get_contents($pipes[1]);
        $error = stream_get_contents($pipes[2]);

        return [$out, $error, proc_close($process)];
    }

    function rrdtool(string ...$arguments): void
    {
        [, $error, $status] = run(array_merge(['rrdtool'], $arguments));
        if ($status !== 0) {
            throw new RuntimeException("rrdtool $arguments[0]: $error");
        }
    }

    class Response
    {
        public function __construct(private string $raw)
        {
        }

        public function __toString(): string
        {
            return $this->raw;
        }

        public function values(): array
        {
            $values = [];
            foreach (explode("\n", $this->raw) as $line) {
                if (preg_match('/at this OID|this MIB View|End of MIB/', $line) || ! str_contains($line, ' = ')) {
                    continue;
                }
                [$oid, $value] = explode(' = ', $line, 2);
                // LibreNMS takes a value in quotes for one that net-snmp quoted.
                $quoted = strlen($value) > 1 && $value[0] === '"' && str_ends_with($value, '"');
                $values[$oid] = $quoted ? trim(stripslashes($value), '"') : trim($value);
            }

            return $values;
        }

        public function value(): string
        {
            return (string) current($this->values());
        }

        public function table(int $group): array
        {
            $table = [];
            foreach ($this->values() as $oid => $value) {
                $parts = preg_split('/[][]+/', $oid, -1, PREG_SPLIT_NO_EMPTY);
                $column = array_shift($parts);
                array_splice($parts, $group, 0, [$column]);
                $place = &$table;
                foreach ($parts as $part) {
                    $place = &$place[$part];
                }
                $place = $value;
                unset($place);
            }

            return $table;
        }
    }

    class Query
    {
        private const MIBS = 'SNMPv2-TC:SNMPv2-MIB:IF-MIB:IP-MIB:TCP-MIB:UDP-MIB:NET-SNMP-VACM-MIB';
        private array $flags = ['-OQXUte', '-Pu'];

        public function hideMib(): static
        {
            $this->flags[] = '-Os';

            return $this;
        }

        public function walk(array|string $oids): Response
        {
            return new Response(implode('', array_map(fn ($oid) => $this->ask('snmpbulkwalk', $oid), (array) $oids)));
        }

        public function get(string $oid): Response
        {
            return new Response($this->ask('snmpget', $oid));
        }

        private function ask(string $program, string $oid): string
        {
            [$tree, $address] = [Harness::$tree, Harness::$address];
            $command = [$program, '-M', "$tree/mibs", '-m', self::MIBS, '-v2c', '-c', getenv('COMMUNITY') ?: 'public', ...$this->flags, '-t', '2', '-r', '1', "udp:$address", $oid];

            return run($command)[0];
        }
    }

    class SnmpQuery
    {
        public static function __callStatic(string $method, array $arguments): mixed
        {
            return (new Query)->$method(...$arguments);
        }
    }

    class Rrd
    {
        public static function name(string $host, array $parts): string
        {
            return Harness::$state . "/rrd/$host/" . preg_replace('/[^a-zA-Z0-9,._\-]/', '_', implode('-', $parts)) . '.rrd';
        }

        public static function checkRrdExists(string $file): bool
        {
            return is_file($file);
        }
    }

    class Datastore
    {
        public function put(array $device, string $measurement, array $tags, array $fields): void
        {
            $file = Rrd::name($device['hostname'], $tags['rrd_name']);
            if (! Rrd::checkRrdExists($file)) {
                is_dir(dirname($file)) || mkdir(dirname($file), 0755, true);
                $archives = ['RRA:LAST:0.5:1:2016'];
                foreach (['AVERAGE', 'MIN', 'MAX'] as $function) {
                    foreach ([1 => 2016, 6 => 1440, 24 => 1440, 288 => 1440] as $steps => $rows) {
                        $archives[] = "RRA:$function:0.5:$steps:$rows";
                    }
                }
                rrdtool('create', $file, '--start', (string) (Harness::$time - 1), '--step', (string) STEP, ...$tags['rrd_def']->sets, ...$archives);
            }
            $values = array_map(fn ($value) => is_numeric($value) ? $value : 'U', $fields);
            rrdtool('update', $file, Harness::$time . ':' . implode(':', $values));
        }
    }

    class Application
    {
        public int $app_id = 7;
        public ?array $data = null;
    }

    class Harness
    {
        public static string $tree;
        public static string $state;
        public static string $address;
        public static int $time;
    }

    function app(string $what): Datastore
    {
        return new Datastore;
    }

    function update_application(Application $app, string $response, array $metrics = [], string $status = ''): void
    {
        $flat = [];
        foreach ($metrics as $group => $values) {
            foreach ($values as $metric => $value) {
                $flat[$group === 'none' ? $metric : "{$group}_$metric"] = $value;
            }
        }
        // In the place of what an error is said to be, LibreNMS keeps the response.
        $state = preg_match('/^(ERROR|LEGACY|UNSUPPORTED)/', $response, $matches) ? $matches[1] : 'OK';
        $status = $state === 'OK' ? $status : $response;
        file_put_contents(Harness::$state . '/application.json', json_encode(['state' => $state, 'status' => $status, 'data' => $app->data], JSON_THROW_ON_ERROR));
        file_put_contents(Harness::$state . '/metrics.json', json_encode($flat, JSON_THROW_ON_ERROR));
    }

    function print_optionbar_start(): void
    {
        echo '<div class="bar">';
    }

    function print_optionbar_end(): void
    {
        echo "</div>\n";
    }

    function generate_link(string $text, array $vars, array $more = []): string
    {
        $url = '';
        foreach ($vars + $more as $name => $value) {
            $url .= "$name=" . urlencode((string) $value) . '/';
        }

        return "<a href=\"$url\">$text</a>";
    }

    function make_tree(string $tree): void
    {
        foreach (['LibreNMS', 'mibs', 'includes/polling/applications', 'includes/html/graphs/application', 'includes/html/pages/device/apps'] as $directory) {
            mkdir("$tree/$directory", 0755, true);
        }
        file_put_contents("$tree/includes/html/graphs/common.inc.php", "<?php\n");
        file_put_contents("$tree/includes/html/print-graphrow.inc.php", <<<'P'
            <?php
            echo '<img src="graph.php?' . htmlspecialchars(http_build_query($graph_array)) . '">';
            unset($graph_array);
            P);
        foreach (glob(__DIR__ . '/../mibs/*.txt') as $mib) {
            copy($mib, "$tree/mibs/" . basename($mib, '.txt'));
        }
    }

    // Each in a function of its own: what an include leaves behind must not matter to the next.
    function poll(Application $app): void
    {
        $device = ['device_id' => 1, 'hostname' => HOST];
        include Harness::$tree . '/includes/polling/applications/ipfw.inc.php';
    }

    function graph(Application $app, string $form, string $subtype, string $file, int $from, int $to, ?string $key): void
    {
        $device = ['device_id' => 1, 'hostname' => HOST];
        $vars = $key === null ? [] : ['interface' => $key];
        if ($form === 'list') {
            $graph_params = (object) ['scale_min' => null, 'scale_max' => null];
            $rrd_options = [];
        }
        include Harness::$tree . "/includes/html/graphs/application/ipfw_$subtype.inc.php";
        $common = ['--start', (string) $from, '--end', (string) $to, '--width', '600', '--height', '200', '--slope-mode',
            '--font', 'LEGEND:8:DejaVuSansMono', '--font', 'AXIS:7:DejaVuSansMono', '--font-render-mode', 'normal', '--rigid'];
        $lowest = $form === 'list' ? $graph_params->scale_min : $scale_min ?? null;
        $highest = $form === 'list' ? $graph_params->scale_max : $scale_max ?? null;
        array_push($common, ...($highest === null ? ['--alt-autoscale-max'] : ['-l', (string) $lowest, '-u', (string) $highest]));
        // As LibreNMS does: one command on rrdtool's standard input.
        $command = $form === 'list'
            ? '"' . implode('" "', ['graph', '-', ...$common, ...$rrd_options]) . '"'
            : "graph $file " . implode(' ', $common) . " $rrd_options";
        [$out, $error] = run(['rrdtool', '-'], "$command\nquit\n");
        if ($form === 'list') {
            $end = strrpos($out, 'OK ');
            if ($end === false) {
                throw new RuntimeException("rrdtool graph: $out$error");
            }
            file_put_contents($file, substr($out, 0, $end));
        } elseif (! is_file($file)) {
            throw new RuntimeException("rrdtool graph: $out$error");
        }
    }

    function page(Application $app, ?string $key): void
    {
        $device = ['device_id' => 1, 'hostname' => HOST];
        $vars = ['page' => 'device', 'device' => '1', 'tab' => 'apps', 'app' => 'ipfw'] + ($key === null ? [] : ['interface' => $key]);
        include Harness::$tree . '/includes/html/pages/device/apps/ipfw.inc.php';
    }
}

namespace LibreNMS\RRD {
    class RrdDefinition
    {
        public array $sets = [];

        public static function make(): static
        {
            return new static;
        }

        public function addDataset(string $name, string $type, ?int $min = null, ?int $max = null): static
        {
            $this->sets[] = "DS:$name:$type:" . HEARTBEAT . ':' . ($min ?? 'U') . ':' . ($max ?? 'U');

            return $this;
        }
    }
}

namespace {
    [, $command, Harness::$tree] = $argv;
    if ($command === 'tree') {
        make_tree(Harness::$tree);
        exit(0);
    }
    Harness::$state = $argv[3];
    $arguments = array_slice($argv, 4);
    $app = new Application;
    if (is_file(Harness::$state . '/application.json')) {
        $app->data = json_decode(file_get_contents(Harness::$state . '/application.json'), true)['data'];
    }
    chdir(Harness::$tree);
    if ($command === 'poll') {
        Harness::$address = $arguments[0];
        Harness::$time = (int) $arguments[1];
        poll($app);
    } elseif ($command === 'graph') {
        [$form, $subtype, $file, $from, $to] = $arguments;
        graph($app, $form, $subtype, $file, (int) $from, (int) $to, $arguments[5] ?? null);
    } else {
        page($app, $arguments[0] ?? null);
    }
}
