// Package goorm runs the ORMs of Go over the driver and holds that they
// recognise its errors. It is a module of its own, as they are dependencies
// that nobody who uses the driver is to have.
package goorm

import (
	"testing"

	"github.com/auroradataapi/auroradataapi/dataapitest"
)

func TestMain(m *testing.M) { dataapitest.Main(m) }
