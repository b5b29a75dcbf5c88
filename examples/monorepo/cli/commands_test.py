import unittest

from click.testing import CliRunner

from cli.commands import main


class CommandsTest(unittest.TestCase):
    def run_command(self, *arguments: str) -> tuple[int, str]:
        result = CliRunner().invoke(main, arguments)
        return result.exit_code, result.output

    def test_near(self) -> None:
        self.assertEqual(
            self.run_command("near", "--", "34.05", "-118.24"), (0, "USLAX Los Angeles\n")
        )

    def test_route(self) -> None:
        status, output = self.run_command("route", "DEHAM", "NLRTM", "SGSIN")
        self.assertEqual(status, 0)
        self.assertIn("Singapore", output)

    def test_unknown_port(self) -> None:
        status, output = self.run_command("route", "DEHAM", "XXXXX")
        self.assertEqual((status, output), (1, "Error: no such port (locode='XXXXX')\n"))


if __name__ == "__main__":
    unittest.main()
