#pragma once
#include "namespaces.h"
