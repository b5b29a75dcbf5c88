import unittest
from datetime import timedelta

from libs.base.errors import InvalidInput
from libs.settings.settings import read_settings


class SettingsTest(unittest.TestCase):
    def test_defaults_and_others(self) -> None:
        settings = read_settings({"HARBOR_TIMEOUT_SECONDS": "1.5", "PATH": "/bin"})
        self.assertEqual(settings.timeout, timedelta(seconds=1.5))
        self.assertEqual(settings.retries, 3)

    def test_bad_settings_are_named(self) -> None:
        with self.assertRaisesRegex(InvalidInput, r"\['retries', 'speed'\]"):
            read_settings({"HARBOR_RETRIES": "many", "HARBOR_SPEED": "9"})


if __name__ == "__main__":
    unittest.main()
