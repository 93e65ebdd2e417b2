// The one table of what a lesson can ask the engine for. A new measurement is one row.
#pragma once

#include "core/base/result.h"
#include "core/trace/trace.h"
#include "ui/learn/laboratory.h"

#include <QString>
#include <QStringList>

#include <functional>

namespace headlight::ui {

/// What a measurement is taken of.
struct Specimen
{
    const Trace& trace;  ///< Of its text and experiment.
    const Model& model;
    const Laboratory& laboratory;
};

/// One row of the table.
struct MeasurementKind
{
    QString name;
    QString usage;         ///< As it is written, for messages.
    qsizetype fewest = 0;  ///< Arguments.
    qsizetype most = 0;
    bool isCount = false;  ///< Written without decimals.
    std::function<Result<Measured>(const Specimen& specimen, const QStringList& arguments)> measure;
};

/// Null where there is none of that name.
const MeasurementKind* measurementKind(const QString& name);

QStringList measurementNames();

/// A row of weights, of "3.0" and "it".  @return NotFound
Result<RowVector> weightsOf(const Trace& trace, const QStringList& headAndQuery);

}  // namespace headlight::ui
