"""docker-compose.yaml, which no Docker engine reads here, is held to what can be read.

Wants PyYAML; run by Debian's own interpreter, whose python3-yaml scripts/setup installs.
"""

import pathlib
import re
import unittest

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docker-compose.yaml").read_text()
COMPOSE = yaml.safe_load(TEXT)
SERVICES = COMPOSE["services"]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
DRAIN = re.search(r"^  drain_timeout: (\d+s)", (ROOT / "config" / "patchbay.yaml").read_text(), re.M)

STRING, LIST, MAPPING = str, list, dict
# Of the Compose Specification, the keys that we use and what stands behind them. A key that is
# spelled wrong is refused by docker compose, and so it is here.
TOP = {"services": MAPPING, "volumes": MAPPING, "secrets": MAPPING}
SERVICE = {"build": STRING, "image": STRING, "profiles": LIST, "user": STRING, "ports": LIST, "environment": MAPPING,
           "secrets": LIST, "volumes": LIST, "tmpfs": LIST, "shm_size": STRING, "read_only": bool, "cap_drop": LIST,
           "security_opt": LIST, "pids_limit": int, "restart": STRING, "stop_grace_period": STRING, "command": LIST,
           "healthcheck": MAPPING}
HEALTHCHECK = {"test": LIST, "interval": STRING, "timeout": STRING, "retries": int, "start_period": STRING}
SECRET = {"file": STRING}
DURATION = re.compile(r"\d+(ms|s|m|h)")


def seconds(duration):
    number, unit = re.fullmatch(r"(\d+)(s|m)", duration).groups()
    return int(number) * (60 if unit == "m" else 1)


class Compose(unittest.TestCase):
    def check_keys(self, where, mapping, known):
        for key, value in mapping.items():
            self.assertIn(key, known, f"{where} has the key {key}")
            self.assertIsInstance(value, known[key], f"{where}.{key}")

    def test_every_key_is_one_of_compose_and_has_a_value_of_its_kind(self):
        self.check_keys("the file", COMPOSE, TOP)
        for name, service in SERVICES.items():
            self.check_keys(name, service, SERVICE)
            self.check_keys(f"{name}.healthcheck", service.get("healthcheck", {}), HEALTHCHECK)
            durations = [service.get("stop_grace_period"), *(service.get("healthcheck", {}).get(key) for key in
                                                             ("interval", "timeout", "start_period"))]
            for duration in filter(None, durations):
                self.assertRegex(duration, DURATION, name)
            self.assertIn(service["restart"], ("no", "always", "on-failure", "unless-stopped"))
        for name, secret in COMPOSE["secrets"].items():
            self.check_keys(f"secrets.{name}", secret, SECRET)

    def test_what_is_named_is_there_and_what_is_there_is_named(self):
        used = {volume.split(":")[0] for service in SERVICES.values() for volume in service["volumes"]}
        self.assertEqual({name for name in used if not name.startswith((".", "/"))}, set(COMPOSE["volumes"]))
        self.assertEqual({name for service in SERVICES.values() for name in service["secrets"]}, set(COMPOSE["secrets"]))

    def test_nothing_can_be_changed_or_gained_from_inside(self):
        for name, service in SERVICES.items():
            self.assertIs(service["read_only"], True, name)
            self.assertEqual(service["cap_drop"], ["ALL"], name)
            self.assertEqual(service["security_opt"], ["no-new-privileges:true"], name)
            self.assertNotIn("privileged", service)

    def test_nobody_is_root(self):
        for name, service in SERVICES.items():
            user = service.get("user") or re.findall(r"^USER (\S+)$", DOCKERFILE, re.M)[-1]
            self.assertRegex(user, r"^[1-9]\d*:[1-9]\d*$", name)

    def test_only_this_machine_reaches_it(self):
        published = [port for service in SERVICES.values() for port in service.get("ports", [])]
        self.assertEqual(len(published), 1)
        self.assertRegex(published[0], r"^127\.0\.0\.1:\$\{PATCHBAY_PORT:-8080\}:8080$")
        self.assertIn("EXPOSE 8080", DOCKERFILE)

    def test_each_says_whether_it_is_well(self):
        for name, service in SERVICES.items():
            if "build" in service:
                self.assertIn("HEALTHCHECK", DOCKERFILE)
            else:
                self.assertIn("test", service["healthcheck"], name)

    def test_no_secret_stands_in_the_file_or_in_an_environment(self):
        for name, service in SERVICES.items():
            for variable, value in service.get("environment", {}).items():
                self.assertFalse(re.search(r"PASSWORD$|KEY$|TOKEN$", variable), f"{name}: {variable}={value}")

    def test_the_databases_stay_down_unless_they_are_asked_for(self):
        self.assertEqual({name: service.get("profiles") for name, service in SERVICES.items()},
                         {"patchbay": None, "postgres": ["storage"], "redis": ["storage"]})

    def test_its_own_part_fits_the_image(self):
        patchbay = SERVICES["patchbay"]
        data = re.findall(r"^VOLUME (\S+)$", DOCKERFILE, re.M)
        self.assertEqual(data, ["/var/lib/patchbay"])
        self.assertIn(f"patchbay:{data[0]}", patchbay["volumes"])
        # Longer than streams are given to end.
        self.assertGreater(seconds(patchbay["stop_grace_period"]), seconds(DRAIN[1]))
        self.assertEqual(patchbay["environment"]["ENV_FILE"], "/run/secrets/" + patchbay["secrets"][0])

    def test_a_dollar_for_the_container_is_doubled(self):
        """A single one is docker compose's own, for a variable of whoever starts it."""
        for variable in re.findall(r"(?<!\$)\$(?!\$)(.)", re.sub(r"^\s*#.*$", "", TEXT, flags=re.M)):
            self.assertEqual(variable, "{")


if __name__ == "__main__":
    unittest.main()
