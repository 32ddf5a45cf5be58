// Command auroradataapi runs SQL on Aurora through the RDS Data API, and a
// local Data API to develop against.
package main

import (
	"os"

	"github.com/auroradataapi/auroradataapi/internal/cli"
)

func main() { os.Exit(cli.Main(os.Args[1:])) }
