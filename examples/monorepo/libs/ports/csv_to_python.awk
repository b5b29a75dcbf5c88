# One tuple per line of the table, which has a heading and no quoted fields.
BEGIN {
  FS = ","
  print "PORTS: tuple[tuple[str, str, float, float], ...] = ("
}
NR > 1 { printf "    (\"%s\", \"%s\", %s, %s),\n", $1, $2, $3, $4 }
END { print ")" }
